// SPDX-License-Identifier: Apache-2.0
package dev.cleat.http;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.immutables.value.Value;

/**
 * How the values of this package are generated: hidden behind their interface, with nothing but the
 * JDK. Kept in the source alone, so that who compiles against this package needs no annotations of
 * Immutables.
 */
@Value.Style(
    jdkOnly = true,
    overshadowImplementation = true,
    visibility = Value.Style.ImplementationVisibility.PACKAGE,
    allowedClasspathAnnotations = Override.class)
@Retention(RetentionPolicy.SOURCE)
@Target(ElementType.PACKAGE)
@interface ImmutablesStyle {}
