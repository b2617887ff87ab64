// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Default;
import dev.cleat.Doc;
import dev.cleat.FailureKind;
import dev.cleat.Name;
import dev.cleat.Pattern;
import dev.cleat.Range;
import dev.cleat.ToolFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The arguments of {@code submit_ray_job} that mean something to Kubernetes only. */
record KubernetesJob(
    @Doc("Kubernetes only: the container image. Elsewhere use runtime_env.image_uri.")
        @Range(min = 1, max = 1000)
        Optional<String> image,
    @Doc(
            "Kubernetes only: resources of the container. Elsewhere use entrypoint_num_cpus and so on.")
        Optional<Resources> resources,
    @Doc("Kubernetes only: tolerations of the pod.") Optional<List<Toleration>> tolerations,
    @Doc(
            "Kubernetes only: labels that the pod's node has to have. Elsewhere use"
                + " entrypoint_label_selector.")
        Optional<Map<String, String>> nodeSelector,
    @Doc("Kubernetes only: the pod's service account.") @Range(min = 1, max = 253)
        Optional<String> serviceAccount,
    @Doc("Kubernetes only: how the RayJob is made.") Optional<Config> kubernetesConfig) {

  /** Quantities such as {@code 500m}, {@code 4Gi} or {@code 1}, by the name of the resource. */
  record Resources(
      @Doc("At least, such as {\"cpu\": \"500m\", \"memory\": \"1Gi\"}.")
          Optional<Map<String, String>> requests,
      @Doc("At most, such as {\"nvidia.com/gpu\": \"1\"}.") Optional<Map<String, String>> limits) {}

  /** A taint that the pod tolerates. */
  record Toleration(
      Optional<String> key,
      @Default("Equal") @Pattern("Equal|Exists") String operator,
      Optional<String> value,
      @Pattern("NoSchedule|PreferNoSchedule|NoExecute") Optional<String> effect,
      @Name("tolerationSeconds") @Range(min = 0) Optional<Long> tolerationSeconds) {}

  /** How the RayJob is made. */
  record Config(
      Optional<String> namespace,
      Optional<String> jobName,
      @Doc("Labels of the RayCluster to run on; a new one if left out.")
          Optional<Map<String, String>> clusterSelector,
      @Default("false") boolean suspend,
      @Default("86400") @Range(min = 0) int ttlSecondsAfterFinished,
      @Range(min = 1) Optional<Integer> activeDeadlineSeconds,
      @Default("0") @Range(min = 0) int backoffLimit,
      Optional<Boolean> shutdownAfterJobFinishes) {}

  /** The names of those that are given. */
  List<String> given() {
    List<String> given = new ArrayList<>();
    image.ifPresent(x -> given.add("image"));
    resources.ifPresent(x -> given.add("resources"));
    tolerations.ifPresent(x -> given.add("tolerations"));
    nodeSelector.ifPresent(x -> given.add("node_selector"));
    serviceAccount.ifPresent(x -> given.add("service_account"));
    kubernetesConfig.ifPresent(x -> given.add("kubernetes_config"));
    return given;
  }

  /** Nothing that is given is passed over in silence. */
  void requireNone(RayTarget target) {
    List<String> given = given();
    if (given.isEmpty()) {
      return;
    }
    String names = String.join(", ", given);
    if (target.kind() == RayKind.KUBERNETES) {
      throw new ToolFailure(
          FailureKind.UNSUPPORTED,
          "Jobs go to the dashboard of " + target.name() + ", which does not take " + names + ".",
          "Leave out " + names + ": the job runs in the pods that the cluster has.");
    }
    throw ToolFailure.invalidArgument(
        names
            + (given.size() == 1 ? " is" : " are")
            + " for clusters of type kubernetes only, and "
            + target.name()
            + " is of type "
            + target.kind().wireName()
            + ".",
        "Leave out "
            + names
            + ". Instead of image there is runtime_env.image_uri, instead of"
            + " resources entrypoint_num_cpus, entrypoint_num_gpus and entrypoint_memory, and"
            + " instead of node_selector entrypoint_label_selector.");
  }
}
