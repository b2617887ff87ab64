// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import java.util.Locale;

/** In which way a cluster is run. */
public enum RayKind {
  /** By processes of this machine that were started for it. */
  LOCAL,
  /** By somebody else: only its dashboard is known. */
  REMOTE,
  /** By KubeRay. */
  KUBERNETES;

  /** As arguments and answers have it. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
