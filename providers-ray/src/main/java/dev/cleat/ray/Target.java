// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import dev.cleat.Default;
import dev.cleat.Doc;
import dev.cleat.Pattern;
import dev.cleat.Range;
import java.util.Optional;

/** Which cluster a tool is to act on; {@link Clusters} finds it. */
record Target(
    @Doc("How the cluster is run, where its name does not say it; auto is any kind.")
        @Default("auto")
        Kind clusterType,
    @Doc(Target.NAME_DOC) @Range(min = 1, max = 200) Optional<String> clusterName,
    @Doc(Target.NAMESPACE_DOC) @Default(Target.DEFAULT_NAMESPACE) @Pattern(Target.NAMESPACE)
        String namespace) {

  /** What may be asked for. */
  enum Kind {
    AUTO,
    LOCAL,
    REMOTE,
    KUBERNETES,
    /** The same as {@link #KUBERNETES}. */
    K8S;

    /** The kind of cluster that is meant; nothing when any is. */
    Optional<RayKind> one() {
      return switch (this) {
        case AUTO -> Optional.empty();
        case LOCAL -> Optional.of(RayKind.LOCAL);
        case REMOTE -> Optional.of(RayKind.REMOTE);
        case KUBERNETES, K8S -> Optional.of(RayKind.KUBERNETES);
      };
    }
  }

  static final String DEFAULT_NAMESPACE = "default";

  /** A name of Kubernetes: a DNS label. */
  static final String NAMESPACE = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";

  static final String NAMESPACE_DOC = "For clusters of type kubernetes: the namespace.";
  static final String NAME_DOC =
      "The cluster, as list_ray_clusters names it. May be left out when there is only one.";

  /** The only cluster there is. */
  static Target only() {
    return new Target(Kind.AUTO, Optional.empty(), DEFAULT_NAMESPACE);
  }

  boolean fits(RayTarget target) {
    return clusterType.one().map(kind -> kind == target.kind()).orElse(true)
        && clusterName.map(name -> name.equals(target.name())).orElse(true)
        && target.namespace().map(namespace::equals).orElse(isAnyNamespace());
  }

  // One that was asked for by name leaves no cluster that is in none.
  private boolean isAnyNamespace() {
    return namespace.equals(DEFAULT_NAMESPACE);
  }

  /** What was asked for, in words. */
  String words() {
    return clusterType.one().map(kind -> "of type " + kind.wireName() + " ").orElse("")
        + clusterName.map(name -> "with the name \"" + name + "\" ").orElse("")
        + (isAnyNamespace() ? "" : "in namespace " + namespace + " ");
  }
}
