// SPDX-License-Identifier: Apache-2.0
/**
 * What the author of a plugin tests it with: {@link dev.cleat.testkit.TestClient} calls tools over
 * a real session, {@link dev.cleat.testkit.NoLeaks} finds what a test class left behind.
 */
@NullMarked
package dev.cleat.testkit;

import org.jspecify.annotations.NullMarked;
