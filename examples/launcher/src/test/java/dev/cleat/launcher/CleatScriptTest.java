// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script {@code cleat}, copied into a checkout of its own, with a Maven that only writes down
 * that it was called. The classes come from this test's class path.
 */
@EnabledOnOs({OS.LINUX, OS.MAC})
class CleatScriptTest {
  private static final String MAVEN =
      """
      #!/bin/sh
      echo "$PWD $*" >>"$MAVEN_CALLS"
      [ -z "$MAVEN_FAILS" ] || { echo "cannot find symbol"; exit 1; }
      mkdir -p examples/launcher/target/lib
      """;

  @TempDir Path folder;
  private final Map<String, String> environment = new LinkedHashMap<>();
  private Path checkout;

  private record Ended(int exit, String out, String err) {}

  @BeforeEach
  void copyTheScript() throws IOException {
    // With a blank in it, as some people's folders have.
    checkout = Files.createDirectories(folder.resolve("a checkout"));
    Path script = checkout.resolve("cleat");
    Files.copy(Path.of(System.getProperty("cleat.root"), "cleat"), script);
    Files.createDirectories(checkout.resolve("core/src/main"));
    Files.writeString(checkout.resolve("pom.xml"), "<project/>");
    Path maven = Files.createDirectories(folder.resolve("bin")).resolve("mvn");
    Files.writeString(maven, MAVEN);
    Files.setPosixFilePermissions(maven, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("PATH", maven.getParent() + ":" + System.getenv("PATH"));
    environment.put("MAVEN_CALLS", folder.resolve("calls").toString());
    environment.put("CLEAT_PLUGINS", System.getProperty("java.class.path"));
    environment.put("XDG_CONFIG_HOME", folder.toString());
  }

  @Test
  void theFirstUseBuildsAndSaysSoOnStderr() throws Exception {
    Ended first = run("call", "measure");
    Ended second = run("call", "measure");

    assertThat(first.out()).contains("size 1");
    assertThat(first.err()).isEqualTo("cleat: building, once; this takes a minute …\n");
    assertThat(second.out()).isEqualTo(first.out());
    assertThat(second.err()).isEmpty();
    assertThat(mavenCalls())
        .singleElement()
        .asString()
        .startsWith(checkout.toRealPath() + " -q -B");
  }

  @Test
  void aNewerSourceIsBuilt() throws Exception {
    run("--version");
    Path source = Files.createFile(checkout.resolve("core/src/main/New.java"));
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(60)));

    Ended ended = run("--version");

    assertThat(ended.err()).isEqualTo("cleat: the sources have changed; building …\n");
    assertThat(mavenCalls()).hasSize(2);
  }

  @Test
  void aFailedBuildShowsWhatMavenSaid() throws Exception {
    environment.put("MAVEN_FAILS", "yes");

    Ended ended = run("tools");

    assertThat(ended.err()).contains("cannot find symbol", "cleat: the build failed");
    assertThat(ended.out()).isEmpty();
    assertThat(ended.exit()).isEqualTo(1);
  }

  @Test
  void severalFirstUsesAtOnceBuildOnce() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      processes.add(start(checkout.resolve("cleat"), "out" + i, "--version"));
    }

    for (Process process : processes) {
      assertThat(process.waitFor()).isZero();
    }
    assertThat(mavenCalls()).hasSize(1);
  }

  @Test
  void aLinkToTheScriptWorksFromAnywhere() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("linked"), Path.of("a checkout", "cleat"));

    Process process = start(link, "linked.out", "call", "measure");

    assertThat(process.waitFor()).isZero();
    assertThat(folder.resolve("linked.out")).content().contains("size 1");
  }

  @Test
  void aJavaHomeWithoutJavaIsToldInWords() throws Exception {
    environment.put("JAVA_HOME", folder.toString());

    Ended ended = run("tools");

    assertThat(ended.err())
        .isEqualTo(
            "cleat: JAVA_HOME is "
                + folder
                + ", and there is no bin/java in it. Correct or unset it.\n");
    assertThat(ended.exit()).isEqualTo(1);
  }

  @Test
  void aJavaThatIsTooOldIsToldInWords() throws Exception {
    Path java = Files.createDirectories(folder.resolve("old/bin")).resolve("java");
    Files.createFile(
        java, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    Files.writeString(folder.resolve("old/release"), "JAVA_VERSION=\"11.0.2\"\n");
    environment.put("JAVA_HOME", folder.resolve("old").toString());

    assertThat(run("tools").err()).contains("is Java 11.0.2, and 17 or later is needed");
  }

  @Test
  void theSignalReachesTheServer() throws Exception {
    String config = Files.writeString(folder.resolve("config.json"), "{}").toString();
    Process server = command(checkout.resolve("cleat"), "serve", "--config", config).start();
    try (BufferedReader out = server.inputReader(StandardCharsets.UTF_8)) {
      server
          .outputWriter(StandardCharsets.UTF_8)
          .append("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n")
          .flush();
      assertThat(out.readLine()).startsWith("{\"jsonrpc\":\"2.0\",\"id\":1");

      server.toHandle().destroy();

      assertThat(out.readLine()).isNull();
      assertThat(server.waitFor()).isZero();
    }
  }

  private Ended run(String... arguments) throws Exception {
    Process process = start(checkout.resolve("cleat"), "out", arguments);
    process.getOutputStream().close();
    int exit = process.waitFor();
    return new Ended(
        exit, Files.readString(folder.resolve("out")), Files.readString(folder.resolve("err")));
  }

  private Process start(Path script, String out, String... arguments) throws IOException {
    return command(script, arguments).redirectOutput(folder.resolve(out).toFile()).start();
  }

  private ProcessBuilder command(Path script, String... arguments) {
    List<String> command = new ArrayList<>(List.of("bash", script.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().putAll(environment);
    return builder.redirectError(folder.resolve("err").toFile());
  }

  private List<String> mavenCalls() throws IOException {
    return Files.readAllLines(folder.resolve("calls"));
  }
}
