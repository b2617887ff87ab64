// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/**
 * Any JSON values, for properties. Made straight from the seed, because that is ten times faster.
 */
public final class JsonValues {
  private static final int LEVELS = 3;

  private JsonValues() {}

  /** Any value, of a few levels. */
  public static Arbitrary<Object> any() {
    return Arbitraries.randomValue(random -> value(random, LEVELS));
  }

  /** Any object, of a few levels. */
  public static Arbitrary<Map<String, Object>> object() {
    return Arbitraries.randomValue(random -> object(random, LEVELS));
  }

  /** Text of whole characters, from all of Unicode. */
  public static Arbitrary<String> text() {
    return Arbitraries.randomValue(JsonValues::text);
  }

  private static Object value(Random random, int levels) {
    return switch (random.nextInt(levels > 0 ? 10 : 8)) {
      case 0 -> text(random);
      case 1 -> random.nextLong();
      case 2 -> (long) random.nextInt(-2, 3);
      case 3 -> new BigInteger(200, random).add(BigInteger.ONE.shiftLeft(63));
      case 4 -> random.nextGaussian() * Math.pow(10, random.nextInt(-300, 300));
      case 5 -> (double) random.nextInt(-2, 3);
      case 6 -> random.nextBoolean();
      case 7 -> null;
      case 8 -> object(random, levels - 1);
      default -> list(random, levels - 1);
    };
  }

  private static Map<String, Object> object(Random random, int levels) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int left = random.nextInt(5); left > 0; left--) {
      object.put(text(random), value(random, levels));
    }
    return object;
  }

  private static List<Object> list(Random random, int levels) {
    List<Object> list = new ArrayList<>();
    for (int left = random.nextInt(5); left > 0; left--) {
      list.add(value(random, levels));
    }
    return list;
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int left = random.nextInt(12); left > 0; left--) {
      text.appendCodePoint(
          switch (random.nextInt(5)) {
            case 0 -> random.nextInt(0x80, 0xd800);
            case 1 -> random.nextInt(0x1_0000, 0x11_0000);
            default -> random.nextInt(0x80);
          });
    }
    return text.toString();
  }
}
