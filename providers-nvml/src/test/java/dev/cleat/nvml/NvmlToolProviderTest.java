// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cleat.spi.Availability;
import dev.cleat.spi.ConfigException;
import dev.cleat.spi.ProviderContext;
import dev.cleat.spi.ToolProvider;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NvmlToolProviderTest {

  private final NvmlToolProvider provider = new NvmlToolProvider();

  @Test
  void itIsFoundAsAService() {
    assertThat(ServiceLoader.load(ToolProvider.class))
        .hasAtLeastOneElementOfType(NvmlToolProvider.class);
  }

  @Test
  void withoutSettingsItSimulatesAHealthyMachineAndSaysSo() {
    Availability availability = provider.availability(ProviderContext.of(provider, Map.of()));

    assertThat(availability).isInstanceOf(Availability.Available.class);
    assertThat(availability.toString()).contains("simulated h100x8, healthy", "no real GPU");
  }

  @ParameterizedTest
  @CsvSource({
    "nvml, no NVML binding",
    "nvml:/usr/lib/libnvidia-ml.so.1, no NVML binding",
    "real, has to be auto",
    "simulated:h100x9, Did you mean \"h100x8\"?",
    "simulated:h100x8/memory_cascade, Did you mean \"memory-cascade\"?",
    "simulated:t4x1/nvlink-down, has no NVLink",
    "simulated:, there is no profile"
  })
  void aSourceThatCannotBeOpenedIsAnErrorThatSaysWhatIsAllowed(String source, String told) {
    ProviderContext context = ProviderContext.of(provider, Map.of("source", source));

    assertThatThrownBy(() -> provider.open(context))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(told)
        .hasMessageContaining("providers.nvml.source");
    assertThat(provider.availability(context)).isInstanceOf(Availability.Unavailable.class);
  }

  @Test
  void anUnlikelyNumberOfGpusIsRefused() {
    ProviderContext context = ProviderContext.of(provider, Map.of("expectedGpus", 1_000));

    assertThatThrownBy(() -> provider.open(context)).isInstanceOf(ConfigException.class);
  }

  @Test
  void whatIsClosedAnswersThatNothingCanBeRead() {
    Calls calls = Calls.simulated("h100x8");
    calls.close();
    calls.close();

    assertThat(calls.answer("get_gpu_health", Map.of())).containsEntry("verdict", "unknown");
  }
}
