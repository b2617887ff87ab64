// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Checks the arguments against a schema before the handler sees them. Thread-safe. */
final class CheckedHandler implements ToolHandler {
  private final Schema schema;
  private final ToolHandler handler;

  // Made at the first call: most programs never check a schema, and need not load what does. Two
  // threads may make it at once, and one of the two is as good as the other.
  private volatile @Nullable SchemaCheck check;

  private CheckedHandler(Schema schema, ToolHandler handler) {
    this.schema = schema;
    this.handler = handler;
  }

  /** The same handler behind a check; one that begins its calls stays such a one. */
  static ToolHandler of(Schema schema, ToolHandler handler) {
    CheckedHandler checked = new CheckedHandler(schema, handler);
    return handler instanceof AsyncToolHandler async ? new Begins(checked, async) : checked;
  }

  private record Begins(CheckedHandler checked, AsyncToolHandler async)
      implements AsyncToolHandler {
    @Override
    public CompletableFuture<ToolResult> begin(ToolCall call, RequestContext context)
        throws Exception {
      checked.mustFit(call);
      return async.begin(call, context);
    }
  }

  @Override
  public ToolResult handle(ToolCall call, RequestContext context) throws Exception {
    mustFit(call);
    return handler.handle(call, context);
  }

  private void mustFit(ToolCall call) {
    Optional<String> problems = check().problems(call.arguments());
    if (problems.isPresent()) {
      throw ToolFailure.invalidArgument(
          "The arguments of " + call.tool() + " are wrong: " + problems.get(),
          "Its input schema says what is allowed.");
    }
  }

  private SchemaCheck check() {
    SchemaCheck made = check;
    if (made == null) {
      made = new SchemaCheck(schema);
      check = made;
    }
    return made;
  }
}
