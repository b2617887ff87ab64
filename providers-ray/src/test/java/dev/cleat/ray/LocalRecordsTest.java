// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.CONFLICT;
import static dev.cleat.FailureKind.NOT_FOUND;
import static dev.cleat.FailureKind.UNAUTHENTICATED;
import static dev.cleat.FailureKind.UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cleat.ToolFailure;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What is written down of clusters, and what another launcher makes of it. */
@EnabledOnOs(OS.LINUX)
class LocalRecordsTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir private Path directory;
  private FakeRay fake;
  private Path state;

  @BeforeEach
  void open() throws Exception {
    fake = new FakeRay(directory.resolve("fake"));
    state = directory.resolve("state");
  }

  @AfterEach
  void close() {
    fake.close();
    assertThat(fake.alive()).as("processes left").noneMatch(LocalClusters::runs);
  }

  @Test
  void theLastToCloseEndsWhatThisProcessStarted() throws Exception {
    LocalClusters before = clusters(false);
    RayTarget target = before.start(before.request("a").workers(1));
    LocalClusters after = clusters(false);

    before.close();
    assertThat(after.target("a")).isEqualTo(target);
    assertThat(after.processes(target)).allMatch(ProcessId::runs);

    after.close();
    assertThat(after.processes(target)).noneMatch(ProcessId::runs);
    assertThat(after.stateFiles()).containsExactly("lock");
  }

  @Test
  void whatIsToBeKeptOutlivesItsLauncher() throws Exception {
    LocalClusters first = clusters(true);
    RayTarget target = first.start(first.request("b").workers(1));
    first.close();
    assertThat(first.processes(target)).allMatch(ProcessId::runs);

    LocalClusters second = clusters(true);
    assertThat(second.target("b").dashboard()).isEqualTo(target.dashboard());
    assertThat(second.ray().stop(second.target("b"), second).allGone()).isTrue();
    second.close();
  }

  @Test
  void aStartThatWasGivenUpIsEndedByWhoeverOpensNext() throws Exception {
    Path made = Files.createDirectory(directory.resolve("cleat-ray-aaaaaaaa"));
    Process recorded = sleep(Map.of());
    Process unrecorded = sleep(Marked.variables(made, 1));
    write(record("c", made, ClusterRecord.Phase.STARTING, Machine.here(), gone(), recorded));

    try (LocalClusters next = clusters(false)) {
      assertThat(next.ray().targets()).isEmpty();
      Eventually.see(SOON, next::stateFiles, List.of("lock")::equals);
      assertThat(recorded.isAlive()).isFalse();
      assertThat(unrecorded.isAlive()).isFalse();
      assertThat(made).doesNotExist();
    }
  }

  @Test
  void whatIsGivenUpWhileWeAreOpenIsEndedAtTheNextLook() throws Exception {
    try (LocalClusters local = clusters(false)) {
      Path made = Files.createDirectory(directory.resolve("cleat-ray-gggggggg"));
      Process node = sleep(Map.of());
      write(record("y", made, ClusterRecord.Phase.STARTING, Machine.here(), gone(), node));

      assertThat(local.ray().targets()).isEmpty();

      Eventually.see(SOON, local::stateFiles, List.of("lock")::equals);
      assertThat(node.isAlive()).isFalse();
    }
  }

  @Test
  void theNameOfWhatWasGivenUpIsFree() throws Exception {
    try (LocalClusters local = clusters(false)) {
      Path made = Files.createDirectory(directory.resolve("cleat-ray-hhhhhhhh"));
      Process node = sleep(Map.of());
      write(record("x", made, ClusterRecord.Phase.ENDING, Machine.here(), gone(), node));

      RayTarget target = local.start(local.request("x"));

      assertThat(node.isAlive()).isFalse();
      assertThat(made).doesNotExist();
      assertThat(local.ray().targets()).containsExactly(target);
    }
  }

  @Test
  void aStartWhoseLauncherLivesIsLeftAlone() throws Exception {
    Path made = Files.createDirectory(directory.resolve("cleat-ray-bbbbbbbb"));
    Process node = sleep(Map.of());
    Process launcher = sleep(Map.of());
    ProcessId id = ProcessId.of(launcher.toHandle());
    write(record("d", made, ClusterRecord.Phase.STARTING, Machine.here(), id, node));
    write(record("z", made, ClusterRecord.Phase.STARTING, Machine.here(), gone(), sleep(Map.of())));

    try (LocalClusters next = clusters(false)) {
      // The other one is of a launcher that has gone; they are looked at in order of their names.
      Eventually.see(SOON, next::stateFiles, List.of("d.json", "lock")::equals);
      assertThat(node.isAlive()).isTrue();
      assertThat(next.ray().targets()).isEmpty();
      assertThat(
              catchThrowableOfType(ToolFailure.class, () -> next.start(next.request("d"))).kind())
          .isEqualTo(CONFLICT);
    } finally {
      node.destroyForcibly().waitFor();
      launcher.destroyForcibly().waitFor();
    }
  }

  @Test
  void aProcessThatOnlyHasTheNumberIsNotTouched() throws Exception {
    Path made = Files.createDirectory(directory.resolve("cleat-ray-cccccccc"));
    Process other = sleep(Map.of());
    ClusterRecord record =
        record("e", made, ClusterRecord.Phase.READY, Machine.here(), ProcessId.self(), other);
    LocalNode node = record.nodes().get(0);
    write(
        record.with(
            new LocalNode(0, new ProcessId(other.pid(), "12345"), node.nodeId(), node.spec())));

    try (LocalClusters next = clusters(false)) {
      assertThat(catchThrowableOfType(ToolFailure.class, () -> next.target("e").dashboard()).kind())
          .isEqualTo(UNAVAILABLE);
      ClusterEnd end = next.ray().stop(next.target("e"), next);

      assertThat(end.allGone()).isTrue();
      assertThat(end.parts())
          .extracting(ClusterEnd.Part::how)
          .containsExactly(ClusterEnd.How.ALREADY_GONE);
      assertThat(other.isAlive()).isTrue();
      assertThat(next.ray().targets()).isEmpty();
    } finally {
      other.destroyForcibly().waitFor();
    }
  }

  @Test
  void whatEndedByItselfIsForgottenByTheNextLauncher() throws Exception {
    Path made = Files.createDirectory(directory.resolve("cleat-ray-dddddddd"));
    Process node = sleep(Map.of());
    write(record("f", made, ClusterRecord.Phase.READY, Machine.here(), gone(), node));
    node.destroyForcibly().waitFor();

    try (LocalClusters next = clusters(false)) {
      Eventually.see(SOON, next::stateFiles, List.of("lock")::equals);
      assertThat(made).doesNotExist();
    }
  }

  @Test
  void whatWasBeforeARestartOfTheMachineIsForgotten() throws Exception {
    Path made = Files.createDirectory(directory.resolve("cleat-ray-eeeeeeee"));
    Machine here = Machine.here();
    Process other = sleep(Map.of());
    write(
        record(
            "g",
            made,
            ClusterRecord.Phase.READY,
            new Machine(here.host(), "another boot", here.processes()),
            ProcessId.self(),
            other));

    try (LocalClusters next = clusters(false)) {
      Eventually.see(SOON, next::stateFiles, List.of("lock")::equals);
      assertThat(made).doesNotExist();
      assertThat(other.isAlive()).isTrue();
    } finally {
      other.destroyForcibly().waitFor();
    }
  }

  @Test
  void whatIsOnAnotherMachineIsLeftAlone() throws Exception {
    Path made = Files.createDirectory(directory.resolve("cleat-ray-ffffffff"));
    Machine there = new Machine("another host", "another boot", "others");
    Process other = sleep(Map.of());
    write(record("h", made, ClusterRecord.Phase.READY, there, gone(), other));

    try (LocalClusters next = clusters(false)) {
      assertThat(next.ray().targets()).isEmpty();
      assertThat(
              catchThrowableOfType(ToolFailure.class, () -> next.start(next.request("h"))).kind())
          .isEqualTo(CONFLICT);
    }
    assertThat(state.resolve("h.json")).exists();
    assertThat(made).exists();
    assertThat(other.isAlive()).isTrue();
    other.destroyForcibly().waitFor();
  }

  @Test
  void aTargetOfAnEarlierStartIsNotMistakenForTheNextOne() throws Exception {
    try (LocalClusters local = clusters(false)) {
      RayTarget first = local.start(local.request("i"));
      local.ray().stop(first, local);
      RayTarget second = local.start(local.request("i"));

      assertThat(second).isNotEqualTo(first);
      assertThat(
              catchThrowableOfType(ToolFailure.class, () -> local.ray().stop(first, local)).kind())
          .isEqualTo(NOT_FOUND);
      assertThat(local.processes(second)).allMatch(ProcessId::runs);
    }
  }

  @Test
  void withoutItsTokenAClusterCanStillBeStopped() throws Exception {
    try (LocalClusters local = clusters(false)) {
      RayTarget target = local.start(local.request("j"));
      Files.delete(state.resolve("j.token"));

      assertThat(catchThrowableOfType(ToolFailure.class, target::dashboard).kind())
          .isEqualTo(UNAUTHENTICATED);
      assertThat(local.ray().stop(target, local).allGone()).isTrue();
    }
  }

  @Test
  void aDirectoryThatCannotBeUsedIsSaidToWhoeverStarts() throws Exception {
    Files.writeString(state, "a file");

    try (LocalClusters local = clusters(false)) {
      assertThat(local.ray().targets()).isEmpty();
      ToolFailure failure =
          catchThrowableOfType(ToolFailure.class, () -> local.start(local.request("x")));
      assertThat(failure.kind()).isEqualTo(UNAVAILABLE);
      assertThat(failure).hasMessageContaining(state.toString());
      assertThat(failure.hint()).contains("providers.ray.stateDirectory");
    }
  }

  @Test
  void nothingIsWrittenBeforeSomethingIsStarted() throws Exception {
    try (LocalClusters local = clusters(false)) {
      assertThat(local.ray().targets()).isEmpty();
    }
    assertThat(state).doesNotExist();
  }

  @Test
  void whatIsNoRecordIsLeftAlone() throws Exception {
    Files.createDirectories(state);
    Files.writeString(state.resolve("k.json"), "{");
    Files.writeString(
        state.resolve("l.json"),
        "{\"format\":1,\"name\":\"l\",\"directory\":\"/etc\",\"phase\":\"STARTING\"}");

    try (LocalClusters local = clusters(false)) {
      assertThat(local.ray().targets()).isEmpty();
      assertThat(
              catchThrowableOfType(ToolFailure.class, () -> local.start(local.request("k"))).kind())
          .isEqualTo(CONFLICT);
    }
    assertThat(state.resolve("k.json")).exists();
    assertThat(state.resolve("l.json")).exists();
  }

  /** Whatever a file holds, reading it ends well. */
  @Property(tries = 300)
  void noBytesAreTooMuch(@ForAll @Size(max = 400) byte[] bytes) {
    assertThat(ClusterRecord.read(bytes)).isEmpty();
  }

  /** What is written is read again, and what is cut anywhere is not taken for it. */
  @Property(tries = 200)
  void whatIsWrittenIsReadAgain(
      @ForAll @IntRange(min = 1, max = 99) int cpus,
      @ForAll @Size(max = 5) Map<String, String> labels,
      @ForAll @IntRange(min = 1, max = 100) int cut) {
    NodeSpec spec =
        new NodeSpec(cpus, cpus % 3, 80_000_000, Map.of("x", cpus / 2.0), Optional.of("n"));
    ClusterRecord record =
        new ClusterRecord(
                "name",
                Path.of("/tmp/cleat-ray-12345678"),
                ClusterRecord.Phase.READY,
                Machine.here(),
                ProcessId.self(),
                ProcessId.self(),
                Optional.empty(),
                Optional.empty(),
                labels,
                NodeSpec.least(),
                0,
                List.of())
            .with(new LocalNode(cpus, ProcessId.self(), Optional.empty(), spec));

    byte[] json = record.toJson();

    assertThat(ClusterRecord.read(json)).contains(record);
    byte[] less =
        new String(json, StandardCharsets.UTF_8).substring(0, cut).getBytes(StandardCharsets.UTF_8);
    assertThatCode(() -> assertThat(ClusterRecord.read(less)).isEmpty()).doesNotThrowAnyException();
  }

  private LocalClusters clusters(boolean keep) {
    return new LocalClusters(fake.command(), state, keep);
  }

  private static Process sleep(Map<String, String> environment) throws Exception {
    ProcessBuilder builder = new ProcessBuilder("sleep", "600");
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** A launcher that has ended. */
  private static ProcessId gone() throws Exception {
    Process process = sleep(Map.of());
    ProcessId id = ProcessId.of(process.toHandle());
    process.destroyForcibly().waitFor();
    return id;
  }

  private static ClusterRecord record(
      String name,
      Path directory,
      ClusterRecord.Phase phase,
      Machine machine,
      ProcessId launcher,
      Process head) {
    return new ClusterRecord(
        name,
        directory,
        phase,
        machine,
        launcher,
        launcher,
        Optional.of("http://127.0.0.1:1"),
        Optional.of("127.0.0.1:1"),
        Map.of(),
        NodeSpec.least(),
        0,
        List.of(
            new LocalNode(
                0, ProcessId.of(head.toHandle()), Optional.of("aaaa"), NodeSpec.least())));
  }

  private void write(ClusterRecord record) throws Exception {
    Files.createDirectories(state);
    Files.write(state.resolve(record.name() + ".json"), record.toJson());
  }
}
