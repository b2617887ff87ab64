// SPDX-License-Identifier: Apache-2.0
package dev.cleat.spi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProvidersTest {
  private static final String SERVICE = "META-INF/services/" + ToolProvider.class.getName();

  /** A provider that does nothing; the subclasses have a name each. */
  public abstract static class Named implements ToolProvider {
    private final String name;

    protected Named(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public String description() {
      return "For tests.";
    }

    @Override
    public ToolSet open(ProviderContext context) {
      return ToolSet.of();
    }
  }

  public static final class Ray extends Named {
    public Ray() {
      super("ray");
    }
  }

  public static final class OtherRay extends Named {
    public OtherRay() {
      super("ray");
    }
  }

  public static final class Nvml extends Named {
    public Nvml() {
      super("nvml");
    }
  }

  public static final class Broken extends Named {
    public Broken() {
      super("broken");
      throw new IllegalStateException("no driver");
    }
  }

  public static final class NoProvider {}

  public static final class Unlinked extends Named {
    public Unlinked() {
      super("unlinked");
      throw new NoClassDefFoundError("com/example/Gone");
    }
  }

  @TempDir private Path folder;

  @Test
  void allProvidersOfAllJarsAreFoundByName() throws Exception {
    try (URLClassLoader loader = loader(jar("a", Ray.class), jar("b", Nvml.class))) {
      Providers<ToolProvider> providers = Providers.ofTools(loader);

      assertThat(providers.found().keySet()).containsExactly("nvml", "ray");
      assertThat(providers.problems()).isEmpty();
    }
  }

  @Test
  void aBrokenProviderTakesNoOtherDown() throws Exception {
    try (URLClassLoader loader =
        loader(
            jar("a", Broken.class),
            jarNaming("b", "com.example.Missing"),
            jar("c", Unlinked.class),
            jarNaming("d", "this is no class name"),
            jar("e", NoProvider.class),
            jar("f", Ray.class))) {
      Providers<ToolProvider> providers = Providers.ofTools(loader);

      assertThat(providers.found()).containsOnlyKeys("ray");
      assertThat(providers.problems())
          .hasSize(5)
          .allSatisfy(problem -> assertThat(problem).startsWith("A ToolProvider could not be"))
          .anySatisfy(problem -> assertThat(problem).contains("Broken", "no driver"))
          .anySatisfy(problem -> assertThat(problem).contains("com.example.Missing"))
          .anySatisfy(problem -> assertThat(problem).contains("com/example/Gone"))
          .anySatisfy(problem -> assertThat(problem).contains("NoProvider"));
    }
  }

  @Test
  void twoOfOneNameAreBothNamedWithTheirJarsAndNeitherIsUsed() throws Exception {
    try (URLClassLoader loader =
        loader(jar("one", Ray.class), jar("two", OtherRay.class), jar("three", Nvml.class))) {
      Providers<ToolProvider> providers = Providers.ofTools(loader);

      assertThat(providers.found()).containsOnlyKeys("nvml");
      assertThat(providers.problems())
          .singleElement()
          .asString()
          .contains("There are 2 of the name \"ray\"")
          .contains(Ray.class.getName() + " in one.jar", OtherRay.class.getName() + " in two.jar");
    }
  }

  @Test
  void aClassLoaderThatCannotListAnythingIsAProblemAndNoEndlessLoop() {
    ClassLoader failing =
        new ClassLoader(null) {
          @Override
          public Enumeration<URL> getResources(String name) throws IOException {
            throw new IOException("the disk is gone");
          }
        };

    Providers<ToolProvider> providers = Providers.ofTools(failing);

    assertThat(providers.found()).isEmpty();
    assertThat(providers.problems())
        .isNotEmpty()
        .hasSizeLessThan(200)
        .allSatisfy(problem -> assertThat(problem).contains("the disk is gone"));
  }

  @Test
  void thereMayBeNone() {
    assertThat(Providers.ofTransports(ClassLoader.getPlatformClassLoader()))
        .isEqualTo(new Providers<TransportProvider>(Map.of(), List.of()));
    assertThat(Providers.ofSources(ClassLoader.getPlatformClassLoader()))
        .isEqualTo(new Providers<ClientSource>(Map.of(), List.of()));
  }

  /** A jar with the bytes of some classes and a service entry for each. */
  private Path jar(String name, Class<?>... providers) throws IOException {
    StringBuilder services = new StringBuilder();
    for (Class<?> provider : providers) {
      services.append(provider.getName()).append('\n');
    }
    return write(name, services.toString(), providers);
  }

  private Path jarNaming(String name, String line) throws IOException {
    return write(name, line + "\n");
  }

  private Path write(String name, String services, Class<?>... classes) throws IOException {
    Path jar = folder.resolve(name + ".jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file)) {
      out.putNextEntry(new JarEntry(SERVICE));
      out.write(services.getBytes(UTF_8));
      for (Class<?> type : classes) {
        out.putNextEntry(new JarEntry(type.getName().replace('.', '/') + ".class"));
        try (InputStream bytes =
            type.getResourceAsStream(type.getName().replaceAll(".*\\.", "") + ".class")) {
          bytes.transferTo(out);
        }
      }
    }
    return jar;
  }

  /** Loads providers from the jars alone, and what they are made of from here. */
  private static URLClassLoader loader(Path... jars) throws IOException {
    URL[] urls = new URL[jars.length];
    for (int i = 0; i < jars.length; i++) {
      urls[i] = jars[i].toUri().toURL();
    }
    return new URLClassLoader(urls, ProvidersTest.class.getClassLoader()) {
      @Override
      protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
          Class<?> loaded = findLoadedClass(name);
          boolean ours = findResource(name.replace('.', '/') + ".class") != null;
          if (loaded == null && ours) {
            loaded = findClass(name);
          }
          return loaded == null ? super.loadClass(name, resolve) : loaded;
        }
      }
    };
  }
}
