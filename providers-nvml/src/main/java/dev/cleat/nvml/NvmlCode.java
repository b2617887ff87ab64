// SPDX-License-Identifier: Apache-2.0
package dev.cleat.nvml;

import java.util.Map;

/** An NVML return code: its number, and the name NVIDIA gives it where it is one worth naming. */
record NvmlCode(int number) {

  static final NvmlCode NOT_SUPPORTED = new NvmlCode(3);
  static final NvmlCode NO_PERMISSION = new NvmlCode(4);
  static final NvmlCode TIMEOUT = new NvmlCode(10);
  static final NvmlCode FUNCTION_NOT_FOUND = new NvmlCode(13);
  static final NvmlCode CORRUPTED_INFOROM = new NvmlCode(14);
  static final NvmlCode GPU_IS_LOST = new NvmlCode(15);
  static final NvmlCode RESET_REQUIRED = new NvmlCode(16);
  static final NvmlCode LIB_RM_VERSION_MISMATCH = new NvmlCode(18);
  static final NvmlCode UNKNOWN = new NvmlCode(999);

  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(1, "UNINITIALIZED"),
          Map.entry(2, "INVALID_ARGUMENT"),
          Map.entry(3, "NOT_SUPPORTED"),
          Map.entry(4, "NO_PERMISSION"),
          Map.entry(6, "NOT_FOUND"),
          Map.entry(7, "INSUFFICIENT_SIZE"),
          Map.entry(9, "DRIVER_NOT_LOADED"),
          Map.entry(10, "TIMEOUT"),
          Map.entry(12, "LIBRARY_NOT_FOUND"),
          Map.entry(13, "FUNCTION_NOT_FOUND"),
          Map.entry(14, "CORRUPTED_INFOROM"),
          Map.entry(15, "GPU_IS_LOST"),
          Map.entry(16, "RESET_REQUIRED"),
          Map.entry(17, "OPERATING_SYSTEM"),
          Map.entry(18, "LIB_RM_VERSION_MISMATCH"),
          Map.entry(19, "IN_USE"),
          Map.entry(21, "NO_DATA"),
          Map.entry(25, "ARGUMENT_VERSION_MISMATCH"),
          Map.entry(27, "NOT_READY"),
          Map.entry(999, "UNKNOWN"));

  /**
   * For people: {@code NVML_ERROR_GPU_IS_LOST (15)}, or {@code NVML code 77} for one without a name
   * here.
   */
  String text() {
    String name = NAMES.get(number);
    return name == null ? "NVML code " + number : "NVML_ERROR_" + name + " (" + number + ")";
  }
}
