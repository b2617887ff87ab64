// SPDX-License-Identifier: Apache-2.0
package dev.cleat.docs;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Map;
import java.util.Set;

/**
 * The parts of Cleat and the arrows between them. A part is the package below {@code dev.cleat};
 * the vocabulary, {@code spi} and {@code mcp} together are {@code core}.
 */
final class House {
  private static final String OURS = "dev.cleat";
  private static final Set<String> LIBRARIES =
      Set.of(
          "core", "registry", "stdio", "http", "ray", "k8s", "nvml", "guice", "mcpsdk", "testkit");

  /** What each part may use besides itself. Nothing may use a program: launcher, examples. */
  private static final Map<String, Set<String>> ARROWS =
      Map.ofEntries(
          Map.entry("core", Set.of()),
          Map.entry("registry", Set.of("core")),
          Map.entry("stdio", Set.of("core")),
          Map.entry("http", Set.of("core")),
          Map.entry("ray", Set.of("core")),
          Map.entry("k8s", Set.of("core", "ray")),
          Map.entry("nvml", Set.of("core")),
          Map.entry("guice", Set.of("core", "registry")),
          Map.entry("mcpsdk", Set.of("core")),
          Map.entry("testkit", Set.of("core", "stdio", "http")),
          Map.entry("launcher", LIBRARIES),
          Map.entry("examples", LIBRARIES),
          Map.entry("benchmarks", LIBRARIES));

  private House() {}

  static ArchCondition<JavaClass> useOnlyWhatTheirPartMayUse() {
    return new ArchCondition<>("use only what their part may use") {
      @Override
      public void check(JavaClass user, ConditionEvents events) {
        user.getDirectDependenciesFromSelf().stream()
            .filter(arrow -> isOurs(arrow.getTargetClass()))
            .filter(arrow -> !isAllowed(arrow))
            .map(arrow -> SimpleConditionEvent.violated(arrow, arrow.getDescription()))
            .forEach(events::add);
      }
    };
  }

  private static boolean isAllowed(Dependency arrow) {
    String from = part(arrow.getOriginClass());
    String to = part(arrow.getTargetClass());
    return from.equals(to) || ARROWS.getOrDefault(from, Set.of()).contains(to);
  }

  private static boolean isOurs(JavaClass type) {
    String name = type.getPackageName();
    return name.equals(OURS) || name.startsWith(OURS + ".");
  }

  private static String part(JavaClass type) {
    String name = type.getPackageName();
    String part = name.equals(OURS) ? "core" : name.substring(OURS.length() + 1).split("\\.", 2)[0];
    return part.equals("spi") || part.equals("mcp") ? "core" : part;
  }
}
