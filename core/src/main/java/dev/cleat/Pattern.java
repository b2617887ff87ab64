// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A regular expression that a string component has to match from its first to its last letter. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Pattern {
  /** The expression, in the subset that {@link java.util.regex.Pattern} and ECMA-262 share. */
  String value();
}
