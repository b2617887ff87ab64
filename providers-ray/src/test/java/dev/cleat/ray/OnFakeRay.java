// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Local clusters with a command in the place of Ray, of which nothing may be left. */
@EnabledOnOs(OS.LINUX)
abstract class OnFakeRay {
  @TempDir Path directory;
  FakeRay fake;
  LocalClusters local;

  @BeforeEach
  final void open() throws Exception {
    fake = new FakeRay(directory.resolve("fake"));
    local = new LocalClusters(fake.command(), directory.resolve("state"));
  }

  @AfterEach
  final void close() {
    local.close();
    fake.close();
    assertThat(fake.alive()).as("processes left").noneMatch(LocalClusters::runs);
  }
}
