// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** All that this JVM has, whether on the class path, the module path, or patched into a module. */
final class TestClassPath {
  private TestClassPath() {}

  static List<String> entries() throws URISyntaxException {
    List<String> all = new ArrayList<>();
    String itself = TestClassPath.class.getName().replace('.', '/') + ".class";
    Path here = Path.of(TestClassPath.class.getResource("/" + itself).toURI());
    for (int depth = itself.split("/").length; depth > 0; depth--) {
      here = here.getParent();
    }
    all.add(here.toString());
    for (String path : List.of("java.class.path", "jdk.module.path")) {
      all.addAll(List.of(System.getProperty(path, "").split(File.pathSeparator)));
    }
    all.removeIf(String::isEmpty);
    return all;
  }
}
