// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import dev.cleat.Access;
import dev.cleat.ChangeListener;
import dev.cleat.ChangeListener.Catalog;
import dev.cleat.ServedTool;
import dev.cleat.Tool;
import dev.cleat.spi.ForwardingToolSet;
import dev.cleat.spi.ToolSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * A great many tools, to be searched instead of being read: it lists {@code search_tools}, which
 * finds them, {@code call_tool}, which calls one by its name, and a few that are always listed.
 * Whoever knows the name of another one may call that directly all the same.
 *
 * <p>A tool of the set behind that has the name of one of the two is reached through {@code
 * call_tool}.
 *
 * <p><b>Threads.</b> Any. <b>Life cycle.</b> Closing it closes the set behind it.
 */
final class SearchToolSet extends ForwardingToolSet {
  private final Supplier<List<ServedTool>> always;
  private final CallTool callTool;
  private final List<ServedTool> own;

  // Guards what was listed last: of two changes at once, the later listing is kept.
  private final ReentrantLock listing = new ReentrantLock();

  /**
   * @param all what is searched and called
   * @param access what may be found and called; the server that serves this has to have the same
   * @param search over the same tools, under the same names; asked for anew by each search
   * @param always those of them that are listed too
   */
  SearchToolSet(
      ToolSet all, Access access, Supplier<ToolSearch> search, Supplier<List<ServedTool>> always) {
    super(all);
    this.always = always;
    callTool = new CallTool(all, access);
    own = List.of(new SearchTools(search, access).tool(), callTool.tool());
  }

  @Override
  public List<ServedTool> tools() {
    List<ServedTool> tools = new ArrayList<>(own);
    for (ServedTool tool : always.get()) {
      if (ownTool(tool.name()).isEmpty()) {
        tools.add(tool);
      }
    }
    return tools;
  }

  @Override
  public Optional<ServedTool> find(String name) {
    Optional<ServedTool> found = ownTool(name);
    return found.isPresent() ? found : super.find(name);
  }

  private Optional<ServedTool> ownTool(String name) {
    return own.stream().filter(tool -> tool.name().equals(name)).findFirst();
  }

  /** Tools that come and go behind the search change nothing in the list. */
  @Override
  public void onChange(ChangeListener listener) {
    super.onChange(new Listening(listener, listed()));
  }

  private List<Tool> listed() {
    return tools().stream().map(ServedTool::tool).toList();
  }

  private final class Listening implements ChangeListener {
    private final ChangeListener listener;
    private List<Tool> last;

    Listening(ChangeListener listener, List<Tool> last) {
      this.listener = listener;
      this.last = last;
    }

    @Override
    public void changed(Catalog catalog) {
      if (catalog != Catalog.TOOLS || hasChanged()) {
        listener.changed(catalog);
      }
    }

    private boolean hasChanged() {
      listing.lock();
      try {
        List<Tool> now = listed();
        boolean changed = !now.equals(last);
        last = now;
        return changed;
      } finally {
        listing.unlock();
      }
    }

    @Override
    public void updated(String resourceUri) {
      listener.updated(resourceUri);
    }
  }

  @Override
  public void close() {
    callTool.close();
    super.close();
  }
}
