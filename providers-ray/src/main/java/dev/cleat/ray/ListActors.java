// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Default;
import dev.cleat.Doc;
import dev.cleat.Pattern;
import dev.cleat.Range;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.Unwrapped;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** {@code list_ray_actors}: those that wait or died first, each with why. */
final class ListActors {
  record Query(
      @Unwrapped Target on,
      @Doc("Only in this state: ALIVE, DEAD, PENDING_CREATION, DEPENDENCIES_UNREADY, RESTARTING.")
          @Pattern("[A-Z_]{1,60}")
          Optional<String> state,
      @Doc("Only of this class.") @Range(min = 1, max = 300) Optional<String> className,
      @Doc("Only the one with this name.") @Range(min = 1, max = 300) Optional<String> name,
      @Doc("Only of this job: as list_ray_jobs shows it, or Ray's own id.")
          @Range(min = 1, max = 128)
          Optional<String> jobId,
      @Doc("Only on this node.") @Pattern("[0-9a-f]{56}") Optional<String> nodeId,
      @Default("50") @Range(min = 1, max = StateBounds.ROWS) int limit,
      @Doc("Also the actors with which Ray runs jobs.") @Default("false")
          boolean includeInternal) {}

  /** One of the list. */
  record Row(
      String actorId,
      String className,
      Optional<String> name,
      @Doc("As Ray has it.") String state,
      @Doc("Why it is dead.") Optional<String> cause,
      @Doc("Whether somebody wanted it dead: its owner ended, or it was killed.")
          Optional<Boolean> endIntended,
      @Doc("Why it does not start.") Optional<String> waitsFor,
      @Doc("What it needs.") Optional<String> needs,
      Optional<String> jobId,
      Optional<String> nodeId,
      Optional<Integer> pid,
      Optional<Integer> restarts) {}

  record Actors(
      String summary,
      List<Row> actors,
      @Doc("Whether there are more than these.") boolean truncated,
      @Doc("What could not be looked at.") Optional<List<String>> unseen,
      RayCluster.About cluster) {}

  private final RayCluster cluster;
  private final Looks looks = new Looks();

  private ListActors(RayCluster cluster) {
    this.cluster = cluster;
  }

  static ServedTool tool(Clusters clusters) {
    return Tool.named("list_ray_actors")
        .title("List Ray actors")
        .says(
            "Use this to see the actors of a Ray cluster or job: which live and where, which died"
                + " and why, which cannot start and why. Those that wait and those that died come"
                + " first.")
        .readOnly()
        .handles(
            Query.class,
            Actors.class,
            (query, call) -> new ListActors(clusters.find(query.on())).list(query));
  }

  private Actors list(Query query) throws InterruptedException {
    RayCluster.About about = cluster.about();
    StateTable<RayActor> actors = read(query, filter(query));
    boolean anyWaits = actors.rows().stream().anyMatch(RayActor::waits);
    List<RayNode> nodes =
        anyWaits ? looks.at("nodes", List.of(), () -> cluster.state().nodes()) : List.of();
    actors.warning().ifPresent(looks::miss);
    return new Actors(
        summary(actors),
        actors.rows().stream().map(actor -> row(actor, nodes)).toList(),
        actors.cut(),
        looks.told(),
        about);
  }

  private StateQuery filter(Query query) throws InterruptedException {
    StateQuery filter =
        StateQuery.first(query.limit())
            .where("class_name", query.className())
            .where("name", query.name())
            .where("job_id", RayJobId.of(cluster, query.jobId()))
            .where("node_id", query.nodeId());
    return query.includeInternal()
        ? filter
        : filter.whereNot("class_name", RayActor.SUPERVISOR_CLASS);
  }

  // Ray has its own order, and cuts by it: so what matters is asked for first.
  private StateTable<RayActor> read(Query query, StateQuery filter) throws InterruptedException {
    StateApi state = cluster.state();
    if (query.state().isPresent()) {
      return state.actors(filter.where("state", query.state().get()));
    }
    StateTable<RayActor> found =
        state.actors(filter.whereNot("state", RayActor.DEAD).whereNot("state", RayActor.ALIVE));
    for (String next : List.of(RayActor.DEAD, RayActor.ALIVE)) {
      int room = Math.max(1, query.limit() - found.rows().size());
      StateTable<RayActor> more = state.actors(filter.where("state", next).atMost(room));
      found = found.and(more).atMost(query.limit());
    }
    return found;
  }

  private static String summary(StateTable<RayActor> actors) {
    if (actors.rows().isEmpty()) {
      return "No such actors.";
    }
    Map<String, Integer> counts = new TreeMap<>();
    actors.rows().forEach(actor -> counts.merge(actor.state(), 1, Integer::sum));
    long failed = actors.rows().stream().filter(RayActor::failed).count();
    return StateCounts.words(counts)
        + (failed == 0 ? "" : "; " + failed + " died without anybody wanting it")
        + (actors.fitting() > actors.rows().size()
            ? "; " + actors.rows().size() + " of " + actors.fitting() + " shown."
            : ".");
  }

  private static Row row(RayActor actor, List<RayNode> nodes) {
    boolean dead = actor.state().equals(RayActor.DEAD);
    return new Row(
        actor.id(),
        Wording.oneLine(actor.className(), 200),
        actor.name().map(name -> Wording.oneLine(name, 200)),
        actor.state(),
        dead ? Optional.of(Redaction.GENERAL.text(JobFacts.deathOf(actor))) : Optional.empty(),
        dead ? actor.death().map(RayActor.Death::intended) : Optional.empty(),
        actor.waits() ? Optional.of(waitsFor(actor, nodes)) : Optional.empty(),
        actor.need().isNothing() ? Optional.empty() : Optional.of(actor.need().text()),
        actor.jobId(),
        actor.nodeId(),
        actor.pid() == 0 ? Optional.empty() : Optional.of(actor.pid()),
        actor.restarts() == 0 ? Optional.empty() : Optional.of(actor.restarts()));
  }

  private static String waitsFor(RayActor actor, List<RayNode> nodes) {
    return switch (actor.state()) {
      case "DEPENDENCIES_UNREADY" -> "the results that it is created with";
      case "RESTARTING" -> "a new process: the one before died";
      default -> {
        if (actor.groupId().isPresent()) {
          yield "room in its placement group";
        }
        Optional<String> infeasible =
            nodes.isEmpty() ? Optional.empty() : actor.need().infeasibleOn(nodes);
        yield infeasible.orElse("a process, or resources that others use");
      }
    };
  }
}
