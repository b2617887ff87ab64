// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Default;
import dev.cleat.Doc;
import dev.cleat.Range;
import dev.cleat.Unwrapped;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The arguments of {@code submit_ray_job}. */
record SubmitQuery(
    @Unwrapped JobTarget on,
    @Doc("The shell command that runs on the cluster, such as \"python train.py --epochs 3\".")
        @Range(min = 1, max = 65536)
        String entrypoint,
    @Doc(
            "Your name for the job: letters, digits, dot, _ and -. Submitting the same again with the"
                + " same job_id does not start it twice. Generated when left out.")
        Optional<String> jobId,
    @Doc(
            "Ray's runtime environment: pip, uv, conda, env_vars, image_uri, py_modules,"
                + " working_dir and so on.")
        Optional<Map<String, Object>> runtimeEnv,
    @Doc("Notes that stay with the job.") Optional<Map<String, String>> metadata,
    @Doc("Environment variables; they join runtime_env.env_vars.")
        Optional<Map<String, String>> environment,
    @Doc(
            "Where the entrypoint runs: a directory of this machine, which is packed and sent along"
                + " (at most 100 MiB as a zip; .git and __pycache__ are left out), or a URI such as"
                + " https://host/code.zip.")
        @Range(min = 1, max = 4096)
        Optional<String> workingDir,
    @Doc(
            "What of that directory is not sent, such as \"data/\", \"*.csv\" or"
                + " \"docs/**/*.png\".")
        Optional<List<String>> excludes,
    @Unwrapped KubernetesJob kubernetes,
    @Doc("CPUs to reserve for the entrypoint itself. Its tasks reserve their own.")
        @Range(min = 0, max = 1_000_000)
        Optional<Double> entrypointNumCpus,
    @Doc("GPUs to reserve for the entrypoint itself: a fraction up to 1, or a whole number.")
        @Range(min = 0, max = 1_000_000)
        Optional<Double> entrypointNumGpus,
    @Doc("Bytes of memory to reserve for the entrypoint itself.") @Range(min = 0)
        Optional<Long> entrypointMemory,
    @Doc("Custom resources to reserve for the entrypoint itself, by name.")
        Optional<Map<String, Double>> entrypointResources,
    @Doc("Labels that the entrypoint's node has to have.")
        Optional<Map<String, String>> entrypointLabelSelector,
    @Doc("How long to wait for the end of the job before answering. 0 answers at once.")
        @Default("0")
        @Range(min = 0, max = 600)
        int waitSeconds) {}
