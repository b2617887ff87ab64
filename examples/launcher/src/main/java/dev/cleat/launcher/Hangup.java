// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * SIGHUP, which asks a server to read its configuration again. Where there is no such signal,
 * nothing happens.
 *
 * <p>Java has signals only in {@code sun.misc.Signal} of the module {@code jdk.unsupported}, which
 * a compiler that is told to warn of everything refuses; so it is found by its name.
 */
final class Hangup {
  private static final Logger LOG = System.getLogger(Hangup.class.getName());

  private Hangup() {}

  /** Runs that on each SIGHUP from now on, instead of ending the process; it has to return soon. */
  static void handle(Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> {
                switch (method.getName()) {
                  case "handle" -> action.run();
                  case "equals" -> {
                    return self == arguments[0];
                  }
                  case "hashCode" -> {
                    return System.identityHashCode(self);
                  }
                  default -> {
                    return "the handler of SIGHUP";
                  }
                }
                return null;
              });
      Method install = signal.getMethod("handle", signal, handler);
      Object unused =
          install.invoke(null, signal.getConstructor(String.class).newInstance("HUP"), proxy);
    } catch (ReflectiveOperationException | RuntimeException e) {
      // Windows has none, and -Xrs keeps it for others.
      LOG.log(Level.DEBUG, "SIGHUP is not listened to", e);
    }
  }
}
