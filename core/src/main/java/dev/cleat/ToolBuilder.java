// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.Map;
import java.util.Optional;

/**
 * Describes a tool step by step; see {@link Tool#named(String)}.
 *
 * <p>A tool that says nothing of its effects is taken to write and to be destructive: hints are to
 * be given, and have to be true, because access is decided by them.
 */
public final class ToolBuilder {
  private final String name;
  private Optional<String> title = Optional.empty();
  private String description = "";
  private ToolHints hints = new ToolHints(false, true, false, false);

  ToolBuilder(String name) {
    this.name = name;
  }

  /** Gives it a name for people. */
  public ToolBuilder title(String text) {
    title = Optional.of(text);
    return this;
  }

  /** Says when to use it and what it does. */
  public ToolBuilder says(String text) {
    description = text;
    return this;
  }

  /** It changes nothing; so it is idempotent too. */
  public ToolBuilder readOnly() {
    hints = new ToolHints(true, false, true, hints.openWorld());
    return this;
  }

  /** It writes, and destroys nothing. */
  public ToolBuilder writes() {
    hints = new ToolHints(false, false, hints.idempotent(), hints.openWorld());
    return this;
  }

  /** It may delete, end or overwrite what somebody still needs. */
  public ToolBuilder destructive() {
    hints = new ToolHints(false, true, hints.idempotent(), hints.openWorld());
    return this;
  }

  /** The same call again changes nothing more. */
  public ToolBuilder idempotent() {
    hints = new ToolHints(hints.readOnly(), hints.destructive(), true, hints.openWorld());
    return this;
  }

  /** It reaches beyond this program and its configured back ends. */
  public ToolBuilder openWorld() {
    hints = new ToolHints(hints.readOnly(), hints.destructive(), hints.idempotent(), true);
    return this;
  }

  /**
   * Completes it with records in and out: their components give both schemas, the arguments are
   * checked against the first before the handler sees them, and the answer is sent as structured
   * content with the same JSON as text beside it.
   *
   * @throws IllegalArgumentException when a record has a component of a type that JSON cannot carry
   */
  public <I extends Record, O extends Record> ServedTool handles(
      Class<I> input, Class<O> output, TypedHandler<I, O> handler) {
    RecordType<I> in = RecordType.of(input);
    RecordType<O> out = RecordType.of(output);
    Tool tool = describe(Schema.of(in.schema()), Optional.of(Schema.of(out.schema())));
    return new ServedTool(
        tool,
        (call, context) ->
            ToolResult.structured(
                out.toJson(handler.handle(in.fromArguments(name, call.arguments()), context))));
  }

  /**
   * Completes it with a record in and any content out: for answers that are no record, such as
   * plain text or pictures.
   */
  public <I extends Record> ServedTool handles(Class<I> input, ContentHandler<I> handler) {
    RecordType<I> in = RecordType.of(input);
    return new ServedTool(
        describe(Schema.of(in.schema()), Optional.empty()),
        (call, context) -> handler.handle(in.fromArguments(name, call.arguments()), context));
  }

  /**
   * Completes it with a schema written by hand, against which the arguments are checked before the
   * handler sees them. References lead within the schema only.
   *
   * @throws IllegalArgumentException when it is no valid schema, or needs one from elsewhere; at
   *     the first call, because the validator is loaded only then
   */
  public ServedTool handles(Schema input, ToolHandler handler) {
    return new ServedTool(describe(input, Optional.empty()), CheckedHandler.of(input, handler));
  }

  private Tool describe(Schema input, Optional<Schema> output) {
    return new Tool(name, title, description, input, output, hints, Map.of());
  }
}
