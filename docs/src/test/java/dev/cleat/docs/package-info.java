// SPDX-License-Identifier: Apache-2.0
/** Tests of the whole: the arrows between the parts, the tidiness of the checkout, the samples. */
@NullMarked
package dev.cleat.docs;

import org.jspecify.annotations.NullMarked;
