// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The value that a record component takes when the caller leaves it out; makes it optional. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Default {
  /** JSON, such as {@code 100}, {@code true} or {@code []}; for strings and enums the bare text. */
  String value();
}
