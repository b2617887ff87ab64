// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Bounds a record component, both ends included: the value of a number, the length of a string in
 * UTF-16 units, the number of elements of a list.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Range {
  /** The least allowed value, length or count; unbounded when left out. */
  double min() default Double.NEGATIVE_INFINITY;

  /** The greatest allowed value, length or count; unbounded when left out. */
  double max() default Double.POSITIVE_INFINITY;
}
