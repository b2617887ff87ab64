// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.Namespace;
import dev.cleat.launcher.ConfigSource.Pace;
import dev.cleat.spi.ClientDefinition;
import dev.cleat.testkit.NoLeaks;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The configuration file, changed in all the ways in which files are changed. */
@ExtendWith(NoLeaks.class)
class ConfigSourceTest {
  private static final long WATCHDOG_SECONDS = 30;
  private static final Duration NEVER = Duration.ofDays(1);

  /** Told of changes, and looking by itself so rarely that it has to be. */
  private static final Pace TOLD =
      new Pace(Duration.ofMillis(5), Duration.ofMillis(20), Duration.ofMinutes(10));

  /** Looking often enough for what nobody tells of. */
  private static final Pace LOOKING =
      new Pace(Duration.ofMillis(5), Duration.ofMillis(20), Duration.ofMillis(20));

  /** Patient with whoever writes. */
  private static final Pace PATIENT = new Pace(Duration.ofMillis(5), NEVER, Duration.ofMinutes(10));

  @TempDir Path folder;

  private final BlockingQueue<String> wanted = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> broken = new LinkedBlockingQueue<>();
  private Optional<ConfigSource> source = Optional.empty();

  @AfterEach
  void end() {
    source.ifPresent(ConfigSource::close);
  }

  private static String servers(String... names) {
    StringBuilder json = new StringBuilder();
    for (String name : names) {
      json.append(json.isEmpty() ? "" : ",\n").append("\"" + name + "\": {\"command\": \"x\"}");
    }
    return "{\"mcpServers\": {" + json + "}}";
  }

  private ConfigSource begun(Path file, Pace pace) throws IOException {
    PrintStream nowhere = new PrintStream(PrintStream.nullOutputStream());
    Host host =
        new Host(
            new ByteArrayInputStream(new byte[0]),
            nowhere,
            nowhere,
            Map.of(),
            folder,
            folder,
            Host.Terminals.NONE,
            false);
    ConfigSource.Changes changes =
        new ConfigSource.Changes() {
          @Override
          public void changed(CleatConfig before, CleatConfig now) {}

          @Override
          public void broken(String why) {
            broken.add(why);
          }
        };
    ConfigSource made = ConfigSource.open(Optional.of(file), host, Map.of(), pace, changes);
    source = Optional.of(made);
    assertThat(made.desired()).as("before it begins").isEmpty();
    made.onChange(servers -> wanted.add(names(servers)));
    made.begin();
    assertThat(next(wanted)).isEqualTo("one");
    return made;
  }

  private static String names(Map<Namespace, ClientDefinition> servers) {
    return String.join(" ", servers.keySet().stream().map(Namespace::value).toList());
  }

  private static String next(BlockingQueue<String> queue) {
    try {
      return Optional.ofNullable(queue.poll(WATCHDOG_SECONDS, TimeUnit.SECONDS)).orElseThrow();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Path written(String text) throws IOException {
    return Files.writeString(folder.resolve("cleat.json"), text);
  }

  private void replace(Path file, String text) throws IOException {
    Path fresh = Files.writeString(folder.resolve("fresh"), text);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void aFileThatIsPutInItsPlaceIsHeardOf() throws Exception {
    Path file = written(servers("one"));
    ConfigSource source = begun(file, TOLD);

    replace(file, servers("one", "two"));

    assertThat(next(wanted)).isEqualTo("one two");
    assertThat(names(source.desired())).isEqualTo("one two");
    replace(file, servers("two"));
    assertThat(next(wanted)).isEqualTo("two");
    assertThat(broken).isEmpty();
  }

  @Test
  void aFileThatIsWrittenInPartsCountsOnceItIsWhole() throws Exception {
    Path file = written(servers("one"));
    begun(file, PATIENT);
    String whole = servers("one", "two", "three");

    for (int cut = 1; cut < whole.length(); cut += 7) {
      Files.writeString(file, whole.substring(0, cut));
    }
    Files.writeString(file, whole);

    assertThat(next(wanted)).isEqualTo("one two three");
    assertThat(broken).isEmpty();
  }

  @Test
  void aBrokenFileIsReportedOnceAndChangesNothing() throws Exception {
    Path file = written(servers("one"));
    ConfigSource source = begun(file, TOLD);

    Files.writeString(file, "{\n\"mcpServers\": {\"two\": {\"comand\": \"x\"}}}");

    assertThat(next(broken))
        .isEqualTo(
            "cleat.json:2: unknown key \"comand\" in mcpServers.two. Did you mean \"command\"?");
    assertThat(names(source.desired())).isEqualTo("one");
    // The same fault again, by somebody who saves it once more.
    Files.writeString(file, "{\n\"mcpServers\": {\"two\": {\"comand\": \"x\"}}} ");
    Files.writeString(file, servers("two"));
    assertThat(next(wanted)).isEqualTo("two");
    assertThat(broken).isEmpty();
  }

  @Test
  void whoAsksForItIsToldOfAFaultAtOnceAndEachTime() throws Exception {
    Path file = written(servers("one"));
    ConfigSource source = begun(file, PATIENT);
    Files.writeString(file, "{");

    source.reload();
    assertThat(next(broken)).startsWith("cleat.json:1: this is not JSON");
    source.reload();
    assertThat(next(broken)).startsWith("cleat.json:1: this is not JSON");

    assertThat(wanted).isEmpty();
  }

  @Test
  void aFileThatIsGoneChangesNothingUntilItIsBack() throws Exception {
    Path file = written(servers("one"));
    ConfigSource source = begun(file, TOLD);

    Files.delete(file);
    assertThat(next(broken)).isEqualTo("cleat.json: it cannot be read: there is no such file.");
    assertThat(names(source.desired())).isEqualTo("one");

    written(servers("two"));
    assertThat(next(wanted)).isEqualTo("two");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void linksAreFollowedWhereverOneOfThemIsChanged() throws Exception {
    // As Kubernetes mounts a ConfigMap: cleat.json → ..data/cleat.json, ..data → ..v1.
    Path v1 = Files.createDirectory(folder.resolve("..v1"));
    Path v2 = Files.createDirectory(folder.resolve("..v2"));
    Files.writeString(v1.resolve("cleat.json"), servers("one"));
    Files.writeString(v2.resolve("cleat.json"), servers("two"));
    Path data = Files.createSymbolicLink(folder.resolve("..data"), Path.of("..v1"));
    Path file =
        Files.createSymbolicLink(folder.resolve("cleat.json"), Path.of("..data/cleat.json"));
    begun(file, TOLD);

    Path next = Files.createSymbolicLink(folder.resolve("..next"), Path.of("..v2"));
    Files.move(next, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);

    assertThat(next(wanted)).isEqualTo("two");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void whatChangesElsewhereIsFoundByLooking() throws Exception {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Path real = Files.writeString(elsewhere.resolve("real.json"), servers("one"));
    Path file = Files.createSymbolicLink(folder.resolve("cleat.json"), real);
    begun(file, LOOKING);

    replace(real, servers("one", "two"));

    assertThat(next(wanted)).isEqualTo("one two");
  }

  @Test
  void aFolderThatIsGoneAndComesBackIsWatchedAgain() throws Exception {
    Path inner = Files.createDirectory(folder.resolve("inner"));
    Path file = Files.writeString(inner.resolve("cleat.json"), servers("one"));
    begun(file, LOOKING);

    Files.delete(file);
    Files.delete(inner);
    assertThat(next(broken)).contains("there is no such file");
    Files.createDirectory(inner);
    Files.writeString(file, servers("two"));

    assertThat(next(wanted)).isEqualTo("two");
    replace(file, servers("three"));
    assertThat(next(wanted)).isEqualTo("three");
  }

  @Test
  void aChangeOfNothingThatMattersIsNotTold() throws Exception {
    Path file = written(servers("one"));
    ConfigSource source = begun(file, TOLD);

    Files.setLastModifiedTime(file, java.nio.file.attribute.FileTime.fromMillis(1_000_000));
    source.reload();
    Files.writeString(file, servers("two"));

    assertThat(next(wanted)).isEqualTo("two");
    assertThat(wanted).isEmpty();
  }
}
