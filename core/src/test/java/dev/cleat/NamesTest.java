// SPDX-License-Identifier: Apache-2.0
package dev.cleat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
  private static final String EDGES = "abyzABYZ0189";

  @Provide
  Arbitrary<Namespace> namespaces() {
    Arbitrary<String> edge = Arbitraries.strings().withChars(EDGES).ofLength(1);
    Arbitrary<String> middle = Arbitraries.strings().withChars(EDGES + "_-").ofMaxLength(30);
    return net.jqwik.api.Combinators.combine(edge, middle, edge)
        .as((first, inner, last) -> first + inner + last)
        .filter(name -> !name.contains("__"))
        .map(Namespace::of);
  }

  @Provide
  Arbitrary<String> toolNames() {
    return Arbitraries.strings().withChars(EDGES + "_-.").ofMinLength(1).ofMaxLength(64);
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void aQualifiedNameIsReadBackAsItsTwoParts(
      @ForAll("namespaces") Namespace namespace, @ForAll("toolNames") String tool) {
    ToolName name = new ToolName(namespace, tool);

    assertThat(ToolName.parse(name.qualified())).contains(name);
    assertThat(name).hasToString(namespace.value() + "__" + tool);
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void differentNamesAreQualifiedDifferently(
      @ForAll("namespaces") Namespace a,
      @ForAll("toolNames") String toolA,
      @ForAll("namespaces") Namespace b,
      @ForAll("toolNames") String toolB) {
    ToolName one = new ToolName(a, toolA);
    ToolName other = new ToolName(b, toolB);

    assertThat(one.qualified().equals(other.qualified())).isEqualTo(one.equals(other));
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void whateverIsParsedIsAQualifiedNameOrNothing(@ForAll String text) {
    ToolName.parse(text).ifPresent(name -> assertThat(name.qualified()).isEqualTo(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "_a", "a_", "-a", "a-", "a__b", "a.b", "a b", "é", "a\n"})
  void whatIsNoNamespaceIsRefusedWithTheRule(String text) {
    assertThatThrownBy(() -> Namespace.of(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not a namespace. Allowed are 1 to 32");
  }

  @Test
  void aNamespaceHasAtMost32Letters() {
    assertThat(Namespace.of("a".repeat(32)).value()).hasSize(32);
    assertThatThrownBy(() -> Namespace.of("a".repeat(33)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "tool", "__tool", "ns__", "ns_tool", "a.b__tool"})
  void whatIsNoQualifiedNameIsNothing(String text) {
    assertThat(ToolName.parse(text)).isEmpty();
  }

  @Test
  void namespacesAreSortedByTheirText() {
    assertThat(Namespace.of("a")).isLessThan(Namespace.of("b")).hasToString("a");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a/b", "ü", "tool\n"})
  void whatIsNoToolNameIsRefused(String text) {
    assertThatThrownBy(() -> Tool.named(text).handles(Schema.anyObject(), (call, context) -> null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not a tool name");
  }
}
