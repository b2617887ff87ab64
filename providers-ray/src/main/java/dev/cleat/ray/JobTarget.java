// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Default;
import dev.cleat.Doc;
import dev.cleat.Pattern;
import dev.cleat.Range;
import java.util.Optional;

/**
 * Which cluster a tool for jobs is to act on: a {@link Target} by the name that jobs have for it.
 */
record JobTarget(
    @Doc("How the job's cluster is run, where its name does not say it; auto is any kind.")
        @Default("auto")
        Target.Kind jobType,
    @Doc(Target.NAME_DOC) @Range(min = 1, max = 200) Optional<String> clusterName,
    @Doc(Target.NAMESPACE_DOC) @Default(Target.DEFAULT_NAMESPACE) @Pattern(Target.NAMESPACE)
        String namespace) {
  Target target() {
    return new Target(jobType, clusterName, namespace);
  }
}
