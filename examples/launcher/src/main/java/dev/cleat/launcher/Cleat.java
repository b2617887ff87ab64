// SPDX-License-Identifier: Apache-2.0
package dev.cleat.launcher;

import dev.cleat.McpException;
import dev.cleat.mcp.Version;
import dev.cleat.spi.ConfigException;
import java.io.PrintWriter;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The {@code cleat} command. What it is asked for goes to stdout and everything else to stderr.
 *
 * <p>It ends with 0 when all went well, 1 when a tool or a check failed, 2 when the command line or
 * the configuration is wrong.
 */
@Command(
    name = "cleat",
    mixinStandardHelpOptions = true,
    versionProvider = Cleat.VersionLine.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "Serves tools over MCP: NVIDIA GPUs, Ray, and the servers you configure.",
    footer = {"", "Start with: cleat demo"})
public final class Cleat {
  static final int FAILED = 1;
  static final int USAGE = 2;

  private Cleat() {}

  /** Runs one command and ends the process. */
  public static void main(String[] arguments) {
    // Guice makes no classes at run time, which would cost a part of the start.
    System.setProperty("guice_bytecode_gen_option", "DISABLED");
    System.exit(run(Host.ofProcess(), arguments));
  }

  /** Runs one command and says how it ended. */
  static int run(Host host, String... arguments) {
    CommandLine command = new CommandLine(new Cleat());
    subcommands(host, arguments).forEach(command::addSubcommand);
    command
        .setOut(new PrintWriter(host.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(host.err(), true, StandardCharsets.UTF_8))
        .setColorScheme(Help.defaultColorScheme(colours(host)))
        .setParameterExceptionHandler((wrong, given) -> misused(host, wrong))
        .setExecutionExceptionHandler((fault, used, given) -> failed(host, fault));
    if (arguments.length == 0) {
      command.usage(host.err());
      return USAGE;
    }
    return command.execute(arguments);
  }

  /** The one that is named, because describing the others takes time; all if none is. */
  private static List<Object> subcommands(Host host, String... arguments) {
    return switch (arguments.length == 0 ? "" : arguments[0]) {
      case "demo" -> List.of(new DemoCommand(host));
      case "serve" -> List.of(new ServeCommand(host));
      case "tools" -> List.of(new ToolsCommand(host));
      case "call" -> List.of(new CallCommand(host));
      case "doctor" -> List.of(new DoctorCommand(host));
      default ->
          List.of(
              new DemoCommand(host),
              new ServeCommand(host),
              new ToolsCommand(host),
              new CallCommand(host),
              new DoctorCommand(host));
    };
  }

  private static Help.Ansi colours(Host host) {
    return host.ink().colour() ? Help.Ansi.ON : Help.Ansi.OFF;
  }

  private static int misused(Host host, ParameterException wrong) {
    CommandLine command = wrong.getCommandLine();
    host.tell(String.valueOf(wrong.getMessage()));
    StringBuilder near = new StringBuilder();
    if (wrong instanceof UnmatchedArgumentException unmatched) {
      unmatched.getSuggestions().stream()
          .findFirst()
          .ifPresent(name -> near.append("Did you mean \"").append(name).append("\"? "));
    }
    host.err().println(near + command.getCommandSpec().qualifiedName() + " --help tells more.");
    return USAGE;
  }

  private static int failed(Host host, Exception fault) {
    if (fault instanceof ConfigException || fault instanceof IllegalArgumentException) {
      host.tell(String.valueOf(fault.getMessage()));
      return USAGE;
    } else if (fault instanceof McpException) {
      host.tell(String.valueOf(fault.getMessage()));
      return FAILED;
    } else if (fault instanceof InterruptedException) {
      host.tell("cancelled.");
      return FAILED;
    }
    host.tell("This is a fault in cleat: " + fault);
    Logger log = System.getLogger(Cleat.class.getName());
    log.log(Level.ERROR, "The fault", fault);
    return FAILED;
  }

  /** The line of {@code --version}. */
  static final class VersionLine implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"cleat " + Version.CURRENT};
    }
  }
}
