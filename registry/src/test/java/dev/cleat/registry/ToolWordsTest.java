// SPDX-License-Identifier: Apache-2.0
package dev.cleat.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ToolWordsTest {
  private static List<String> words(String text) {
    return ToolWords.of(text, 100);
  }

  @Test
  void namesOfAnyStyleAreSplit() {
    assertThat(words("list_ray_jobs")).containsExactly("list", "ray", "job");
    assertThat(words("ray__list-ray.jobs")).containsExactly("ray", "list", "ray", "job");
    assertThat(words("listRayJobs")).containsExactly("list", "ray", "job", "listrayjob");
    assertThat(words("s3GetObject")).containsExactly("s3", "get", "object", "s3getobject");
    assertThat(words("v2Beta")).containsExactly("v2", "beta", "v2beta");
  }

  @Test
  void abbreviationsStayWhole() {
    assertThat(words("GPUs")).containsExactly("gpu");
    assertThat(words("XIDErrors")).containsExactly("xid", "error", "xiderror");
    assertThat(words("getURL")).containsExactly("get", "url", "geturl");
    assertThat(words("SQL")).containsExactly("sql");
    assertThat(words("GitHub")).containsExactly("git", "hub", "github");
  }

  @Test
  void textIsSplitAtAllThatIsNoLetterAndNoDigit() {
    assertThat(words("The cluster's nodes, e.g. \"n1\"\n(64\u00a0GB)…"))
        .containsExactly("the", "cluster", "node", "e", "g", "n1", "64", "gb");
    assertThat(words("the users' files and Ana\u2019s")).contains("user", "file", "ana");
    assertThat(words("don't o'sleep")).containsExactly("don", "t", "o", "sleep");
    assertThat(words("  ?!  ")).isEmpty();
    assertThat(words("")).isEmpty();
  }

  @Test
  void otherLanguagesHaveWordsToo() {
    assertThat(words("Größe der Dateien")).containsExactly("größe", "der", "dateien");
    assertThat(words("列出文件 list")).containsExactly("列", "出", "文", "件", "list");
    assertThat(words("ファイル一覧")).containsExactly("ファイル", "一", "覧");
    assertThat(words("हिन्दी")).hasSize(1);
    assertThat(words("e\u0301te\u0301")).hasSize(1);
  }

  @Test
  void pluralsAreTheirSingulars() {
    assertThat(words("queries boxes matches classes processes addresses status pods ids gas is"))
        .containsExactly(
            "query", "box", "match", "class", "process", "address", "statu", "pod", "id", "ga",
            "is");
    assertThat(ToolWords.singular("process")).isEqualTo("process");
    assertThat(ToolWords.singular("ties")).isEqualTo("tie");
    assertThat(ToolWords.singular("crashes")).isEqualTo("crash");
  }

  @Test
  void longWordsAreCutAndManyAreDropped() {
    assertThat(words("x".repeat(1_000))).containsExactly("x".repeat(64));
    assertThat(ToolWords.of("a b c d", 3)).containsExactly("a", "b", "c");
    assertThat(ToolWords.of("aB cD", 2)).containsExactly("a", "b");
  }

  @Property
  void anyTextHasWordsOfABoundedLength(@ForAll String text, @ForAll @IntRange(max = 50) int most) {
    assertThat(ToolWords.of(text, most))
        .hasSizeLessThanOrEqualTo(most)
        .allSatisfy(word -> assertThat(word).isNotEmpty().hasSizeLessThanOrEqualTo(192));
  }

  @Test
  void aPossessiveEndsAWordHoweverItIsWritten() {
    assertThat(words("THE CLUSTER'S NODES")).containsExactly("the", "cluster", "node");
    assertThat(words("the cluster's")).containsExactly("the", "cluster");
    assertThat(words("o'x o'")).containsExactly("o", "x", "o");
  }
}
