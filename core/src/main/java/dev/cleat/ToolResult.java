// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** How a call of a tool ended, as far as the tool is concerned. */
public sealed interface ToolResult {
  /** What the tool says, block by block. */
  List<Content> content();

  /** The {@code _meta} object of the result. */
  Map<String, Object> meta();

  /** All text blocks, one to a line. */
  default String text() {
    return content().stream()
        .flatMap(block -> block.asText().stream())
        .collect(Collectors.joining("\n"));
  }

  /** A success that says one text. */
  static Success text(String text) {
    return new Success(List.of(new Content.Text(text)), Optional.empty(), Map.of());
  }

  /** A success that says several blocks. */
  static Success of(Content... blocks) {
    return new Success(List.of(blocks), Optional.empty(), Map.of());
  }

  /** A success with structured content; the same JSON goes along as text. */
  static Success structured(Map<String, Object> value) {
    return new Success(List.of(new Content.Text(Json.print(value))), Optional.of(value), Map.of());
  }

  /** A failure of that kind. */
  static Failure failure(FailureKind kind, String message, String hint) {
    return new Failure(kind, message, hint, false, List.of(), Map.of());
  }

  /**
   * The tool did what it was asked for.
   *
   * @param content for people and models
   * @param structured for programs: a JSON value, in the tool's output schema
   * @param meta the {@code _meta} object
   */
  record Success(List<Content> content, Optional<Object> structured, Map<String, Object> meta)
      implements ToolResult {
    /** Copies the list. */
    public Success {
      content = List.copyOf(content);
      requireNonNull(structured, "structured");
      meta = Collections.unmodifiableMap(meta);
    }

    /**
     * The structured content as a record.
     *
     * @throws ToolFailure {@link FailureKind#UPSTREAM} when there is none, or it does not fit
     */
    public <T extends Record> T as(Class<T> type) {
      return RecordType.of(type).fromResult(structured);
    }
  }

  /**
   * The tool could not do it, and says why. On the wire this is a result with {@code isError}.
   *
   * @param kind a category that stays the same over versions
   * @param message what was wrong
   * @param hint what to do about it; may be empty
   * @param retryable whether the same call may succeed later
   * @param content what a foreign tool said; empty for our own failures
   * @param meta the {@code _meta} object
   */
  record Failure(
      FailureKind kind,
      String message,
      String hint,
      boolean retryable,
      List<Content> content,
      Map<String, Object> meta)
      implements ToolResult {
    /** Copies the list; a failure without content says its message and hint as text. */
    public Failure {
      requireNonNull(kind, "kind");
      if (content.isEmpty()) {
        content = List.of(new Content.Text(hint.isEmpty() ? message : message + " " + hint));
      } else {
        content = List.copyOf(content);
      }
      meta = Collections.unmodifiableMap(meta);
    }
  }
}
