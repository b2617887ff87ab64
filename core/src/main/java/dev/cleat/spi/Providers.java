// SPDX-License-Identifier: Apache-2.0
package dev.cleat.spi;

import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What {@link ServiceLoader} finds for one kind of plugin. One that is broken does not take the
 * others down: it is listed among the problems. Two of one name are a problem too, and neither is
 * used, because choosing between them would be a guess.
 *
 * @param found by name, sorted
 * @param problems what could not be used, each in one sentence
 */
public record Providers<T>(Map<String, T> found, List<String> problems) {
  /** The tool providers that a class loader sees. */
  public static Providers<ToolProvider> ofTools(ClassLoader loader) {
    return load(
        ToolProvider.class, ServiceLoader.load(ToolProvider.class, loader), ToolProvider::name);
  }

  /** The transports that a class loader sees. */
  public static Providers<TransportProvider> ofTransports(ClassLoader loader) {
    return load(
        TransportProvider.class,
        ServiceLoader.load(TransportProvider.class, loader),
        TransportProvider::name);
  }

  /** The sources of clients that a class loader sees. */
  public static Providers<ClientSource> ofSources(ClassLoader loader) {
    return load(
        ClientSource.class, ServiceLoader.load(ClientSource.class, loader), ClientSource::name);
  }

  // A class loader that fails may do so forever.
  private static final int MAX_PROBLEMS = 100;

  /** The loader is made by the callers, because it checks that this module declares their kind. */
  private static <T> Providers<T> load(
      Class<T> type, ServiceLoader<T> loader, Function<T, String> nameOf) {
    Map<String, List<T>> byName = new TreeMap<>();
    List<String> problems = new ArrayList<>();
    var services = loader.stream().iterator();
    while (problems.size() < MAX_PROBLEMS) {
      try {
        if (!services.hasNext()) {
          break;
        }
        T provider = services.next().get();
        byName.computeIfAbsent(nameOf.apply(provider), name -> new ArrayList<>()).add(provider);
      } catch (ServiceConfigurationError | LinkageError | RuntimeException e) {
        problems.add("A " + type.getSimpleName() + " could not be loaded: " + rootMessage(e));
      }
    }
    Map<String, T> found = new LinkedHashMap<>();
    byName.forEach(
        (name, providers) -> {
          if (providers.size() == 1) {
            found.put(name, providers.get(0));
          } else {
            problems.add(
                "There are "
                    + providers.size()
                    + " of the name \""
                    + name
                    + "\": "
                    + String.join(", ", providers.stream().map(Providers::origin).toList())
                    + ". Remove all but one from the class path.");
          }
        });
    return new Providers<>(found, List.copyOf(problems));
  }

  /** Class and jar of a plugin, for messages. */
  public static String origin(Object plugin) {
    Class<?> type = plugin.getClass();
    String place =
        Optional.ofNullable(type.getProtectionDomain().getCodeSource())
            .map(CodeSource::getLocation)
            .map(url -> url.getPath().replaceAll("/$", "").replaceAll(".*/", ""))
            .orElse("unknown place");
    return type.getName() + " in " + place;
  }

  private static String rootMessage(Throwable thrown) {
    Throwable cause = thrown.getCause();
    if (cause == null) {
      return String.valueOf(thrown.getMessage());
    }
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return thrown.getMessage() + ": " + root;
  }
}
