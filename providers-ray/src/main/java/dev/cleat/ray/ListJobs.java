// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Default;
import dev.cleat.Doc;
import dev.cleat.Range;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.ToolFailure;
import dev.cleat.Unwrapped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** {@code list_ray_jobs}: newest first, in pages that stay put while jobs come and go. */
final class ListJobs {
  /** Ray's states of a job. */
  enum Status {
    PENDING,
    RUNNING,
    SUCCEEDED,
    FAILED,
    STOPPED
  }

  record Query(
      @Unwrapped JobTarget on,
      @Doc("Only jobs in this state.") Optional<Status> status,
      @Default("20") @Range(min = 1, max = 200) int limit,
      @Doc("The next_cursor of the page before.") @Range(min = 1, max = 400)
          Optional<String> cursor,
      @Doc("Also drivers that were started otherwise than by submitting a job.") @Default("false")
          boolean includeDrivers) {}

  /** One line of the list. */
  record Row(
      String jobId,
      String status,
      String entrypoint,
      @Doc("When it was submitted.") Optional<Instant> submitted,
      @Doc("From then to its end, or until now.") Optional<String> took,
      @Doc("What it failed with.") Optional<String> failure,
      Optional<Boolean> driver) {}

  record Jobs(
      String summary,
      @Doc("How many jobs there are in each state, before status is applied.")
          Map<String, Integer> counts,
      List<Row> jobs,
      boolean truncated,
      Optional<String> nextCursor,
      RayCluster.About cluster) {}

  private static final Comparator<Job> NEWEST_FIRST =
      Comparator.comparingLong(ListJobs::submittedMillis).reversed().thenComparing(Job::id);

  private final RayCluster cluster;

  private ListJobs(RayCluster cluster) {
    this.cluster = cluster;
  }

  static ServedTool tool(Clusters clusters) {
    return Tool.named("list_ray_jobs")
        .title("List Ray jobs")
        .says(
            "Use this to see which jobs run on the Ray cluster, and how the finished ones went."
                + " Newest first, with a count for each state.")
        .readOnly()
        .handles(
            Query.class,
            Jobs.class,
            (query, call) -> new ListJobs(clusters.find(query.on())).list(query));
  }

  private Jobs list(Query query) throws InterruptedException {
    Optional<Place> from = query.cursor().map(Place::parse);
    RayCluster.About about = cluster.about();
    List<Job> all =
        cluster.jobs().all().stream()
            .filter(job -> query.includeDrivers() || !job.driver())
            .sorted(NEWEST_FIRST)
            .toList();
    Map<String, Integer> counts = new TreeMap<>();
    all.forEach(job -> counts.merge(job.status(), 1, Integer::sum));
    List<Job> wanted =
        all.stream()
            .filter(job -> query.status().map(s -> job.is(wire(s))).orElse(true))
            .filter(job -> from.map(place -> place.isBefore(job)).orElse(true))
            .toList();
    List<Job> page = wanted.subList(0, Math.min(query.limit(), wanted.size()));
    boolean more = wanted.size() > page.size();
    return new Jobs(
        summary(counts, page.size()),
        counts,
        page.stream().map(this::row).toList(),
        more,
        more ? Optional.of(Place.of(page.get(page.size() - 1)).print()) : Optional.empty(),
        about);
  }

  private static String summary(Map<String, Integer> counts, int shown) {
    if (counts.isEmpty()) {
      return "No jobs.";
    }
    List<String> parts = new ArrayList<>();
    counts.forEach((status, count) -> parts.add(count + " " + status));
    return String.join(", ", parts) + "; " + shown + " shown.";
  }

  private Row row(Job job) {
    Redaction redaction = Redaction.of(job);
    String entrypoint = Wording.oneLine(job.entrypoint(), Bounds.LISTED_ENTRYPOINT_CHARS);
    return new Row(
        job.id(),
        job.status(),
        redaction.text(entrypoint),
        job.started(),
        job.age(cluster.clock().instant()).map(Wording::span),
        job.failure().map(redaction::text),
        job.driver() ? Optional.of(true) : Optional.empty());
  }

  private static String wire(Status status) {
    return status.name().toLowerCase(Locale.ROOT);
  }

  private static long submittedMillis(Job job) {
    return job.started().map(Instant::toEpochMilli).orElse(0L);
  }

  /** A place between two jobs of the list, by what never changes of the one before it. */
  private record Place(long submittedMillis, String id) {
    static Place of(Job job) {
      return new Place(ListJobs.submittedMillis(job), job.id());
    }

    boolean isBefore(Job job) {
      long millis = ListJobs.submittedMillis(job);
      return millis != submittedMillis ? millis < submittedMillis : job.id().compareTo(id) > 0;
    }

    String print() {
      byte[] text = (submittedMillis + " " + id).getBytes(StandardCharsets.UTF_8);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(text);
    }

    static Place parse(String cursor) {
      try {
        byte[] bytes = Base64.getUrlDecoder().decode(cursor);
        String text = new String(bytes, StandardCharsets.UTF_8);
        int blank = text.indexOf(' ');
        return new Place(Long.parseLong(text.substring(0, blank)), text.substring(blank + 1));
      } catch (IllegalArgumentException | StringIndexOutOfBoundsException e) {
        throw ToolFailure.invalidArgument(
            "cursor is not one that list_ray_jobs has given.",
            "Pass next_cursor of the page before, or leave it out for the first page.");
      }
    }
  }
}
