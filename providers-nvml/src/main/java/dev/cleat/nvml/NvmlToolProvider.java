// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import dev.cleat.ServedTool;
import dev.cleat.Text;
import dev.cleat.spi.Availability;
import dev.cleat.spi.ConfigException;
import dev.cleat.spi.ProviderContext;
import dev.cleat.spi.Readiness;
import dev.cleat.spi.Setting;
import dev.cleat.spi.ToolProvider;
import dev.cleat.spi.ToolSet;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Tools about the NVIDIA GPUs of this machine: {@code get_gpu_inventory}, {@code get_gpu_health}
 * and {@code analyze_xid_errors}. All of them only read.
 *
 * <p>The setting {@code source} says where readings come from: {@code simulated:PROFILE} or {@code
 * simulated:PROFILE/SCENARIO} for GPUs that do not exist, or {@code auto}. This build has no
 * binding to NVML yet, so {@code auto} simulates a healthy machine. Every answer names its source.
 *
 * <p><b>Threads.</b> What it opens may be called by any number of threads.
 *
 * <p><b>Errors.</b> A GPU that cannot be read is a finding in the answer, not a failure of the
 * call.
 */
public final class NvmlToolProvider implements ToolProvider {

  private static final String SIMULATED = "simulated:";
  private static final String NO_BINDING =
      "real GPUs cannot be read yet: this build has no NVML binding";
  private static final long DEFAULT_SEED = 1;

  /** For {@link java.util.ServiceLoader}, and for use by hand. */
  public NvmlToolProvider() {}

  @Override
  public String name() {
    return "nvml";
  }

  @Override
  public String description() {
    return "NVIDIA GPUs of this machine: what there is, whether it is well, and what the kernel log says.";
  }

  @Override
  public List<Setting> settings() {
    return List.of(
        Setting.of(
            "source",
            "auto (default), simulated:PROFILE or simulated:PROFILE/SCENARIO; PROFILE is one of "
                + String.join(", ", profiles())
                + ", SCENARIO one of "
                + String.join(", ", scenarios())),
        Setting.of(
            "kernelLog",
            "file with the kernel log: output of dmesg or journalctl -k, or kmsg records"),
        Setting.of("expectedGpus", "how many GPUs this machine should have"),
        Setting.of("seed", "number that the identities of simulated GPUs are drawn from"));
  }

  @Override
  public Availability availability(ProviderContext context) {
    if (isNvml(source(context))) {
      return new Availability.Unavailable(
          NO_BINDING,
          "Set providers.nvml.source to simulated:h100x8 to try the tools on GPUs that do not exist.");
    }
    try {
      Simulation simulation = simulation(context);
      return new Availability.Available(
          "simulated "
              + simulation.profile().wireName()
              + ", "
              + simulation.scenario().wireName()
              + ": no real GPU is read"
              + logTrouble(context));
    } catch (ConfigException e) {
      return new Availability.Unavailable(
          String.valueOf(e.getMessage()), "Correct providers.nvml.source.");
    }
  }

  private static String logTrouble(ProviderContext context) {
    return context
        .config()
        .path("kernelLog")
        .filter(path -> !Files.isRegularFile(path) || !Files.isReadable(path))
        .map(path -> "; the kernel log " + path + " is no file that can be read")
        .orElse("");
  }

  @Override
  public ToolSet open(ProviderContext context) {
    Simulation simulation = simulation(context);
    long seed = context.config().integer("seed").orElse(DEFAULT_SEED);
    SimulatedNvml nvml =
        new SimulatedNvml(simulation.profile(), simulation.scenario(), seed, context.clock());
    KernelLog log =
        context
            .config()
            .path("kernelLog")
            .<KernelLog>map(FileKernelLog::new)
            .orElseGet(nvml::kernelLog);
    GpuMachine machine = new GpuMachine(nvml, log, context.clock(), expectedGpus(context));
    return ToolSet.builder()
        .tools(tools(machine))
        .readiness(() -> List.of(readiness(nvml)))
        .onClose(nvml::close)
        .build();
  }

  private Readiness readiness(Nvml nvml) {
    try {
      return new Readiness(name(), true, nvml.count() + " GPUs");
    } catch (NvmlException e) {
      return new Readiness(name(), false, String.valueOf(e.getMessage()));
    }
  }

  static List<ServedTool> tools(GpuMachine machine) {
    XidCatalog catalog = XidCatalog.load();
    HealthRules rules = new HealthRules(HealthLimits.standard(), Penalties.standard(), catalog);
    return List.of(
        InventoryTool.of(machine), HealthTool.of(machine, rules), XidTool.of(machine, catalog));
  }

  private static Optional<Integer> expectedGpus(ProviderContext context) {
    return context
        .config()
        .integer("expectedGpus")
        .map(
            number -> {
              if (number < 0 || number > Sampler.MOST_GPUS) {
                throw context
                    .config()
                    .wrong("expectedGpus", "a number from 0 to " + Sampler.MOST_GPUS);
              }
              return number.intValue();
            });
  }

  private record Simulation(SimProfile profile, SimScenario scenario) {}

  private static String source(ProviderContext context) {
    return context.config().string("source").orElse("auto");
  }

  private static boolean isNvml(String source) {
    return source.equals("nvml") || source.startsWith("nvml:");
  }

  private static Simulation simulation(ProviderContext context) {
    String source = source(context);
    if (source.equals("auto")) {
      return new Simulation(SimProfile.H100X8, SimScenario.HEALTHY);
    }
    if (isNvml(source)) {
      throw new ConfigException(
          "providers.nvml.source: "
              + NO_BINDING
              + ". Set it to simulated:h100x8 to try the tools on GPUs that do not exist.");
    }
    if (!source.startsWith(SIMULATED)) {
      throw context
          .config()
          .wrong("source", "auto, nvml, nvml:PATH or simulated:PROFILE[/SCENARIO]");
    }
    String[] words = source.substring(SIMULATED.length()).split("/", 2);
    SimProfile profile =
        SimProfile.named(words[0]).orElseThrow(() -> unknown("profile", words[0], profiles()));
    String name = words.length > 1 ? words[1] : SimScenario.HEALTHY.wireName();
    SimScenario scenario =
        SimScenario.named(name).orElseThrow(() -> unknown("scenario", name, scenarios()));
    scenario
        .refuses(profile)
        .ifPresent(
            why -> {
              throw new ConfigException(
                  "providers.nvml.source: "
                      + source
                      + " cannot be simulated: "
                      + why
                      + ". Take another profile, such as h100x8.");
            });
    return new Simulation(profile, scenario);
  }

  private static ConfigException unknown(String what, String name, List<String> known) {
    return new ConfigException(
        "providers.nvml.source: there is no "
            + what
            + " \""
            + Text.shown(name)
            + "\"."
            + Text.didYouMean(name, known)
            + " Allowed are "
            + String.join(", ", known)
            + ".");
  }

  private static List<String> profiles() {
    return Stream.of(SimProfile.values()).map(SimProfile::wireName).toList();
  }

  private static List<String> scenarios() {
    return Stream.of(SimScenario.values()).map(SimScenario::wireName).toList();
  }
}
