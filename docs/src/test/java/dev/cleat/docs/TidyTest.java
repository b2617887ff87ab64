// SPDX-License-Identifier: Apache-2.0
package dev.cleat.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The house rules that need no parser: each finding is {@code file:line: text}. */
class TidyTest {
  private static final int MAX_LINES = 400;
  private static final String HEADER = "// SPDX-License-Identifier: Apache-2.0";
  private static final String ITSELF = "docs/src/test/java/dev/cleat/docs/TidyTest.java";
  private static final String[] WRITTEN = {".java", ".md", ".py", ".sh", ".xml", ".yaml", ".yml"};

  @Test
  void everySourceNamesItsLicenceInItsFirstLine() {
    assertThat(Checkout.files(".java"))
        .filteredOn(file -> !file.lines().subList(0, 1).contains(HEADER))
        .extracting(TextFile::name)
        .isEmpty();
  }

  @Test
  void everyPackageSaysThatNothingInItIsNull() {
    Map<String, List<TextFile>> packages =
        Checkout.files(".java").stream()
            .filter(file -> file.name().contains("src/main/java/"))
            .filter(file -> !file.name().endsWith("/module-info.java"))
            .collect(Collectors.groupingBy(TidyTest::folder));

    packages
        .values()
        .removeIf(
            files ->
                files.stream()
                    .filter(file -> file.name().endsWith("/package-info.java"))
                    .anyMatch(file -> file.lines().contains("@NullMarked")));
    assertThat(packages.keySet()).isEmpty();
  }

  @Test
  void noSourceAndNoPageIsTooLong() {
    assertThat(Checkout.files(".java", ".md", ".py", ".sh"))
        .filteredOn(file -> file.lines().size() > MAX_LINES)
        .extracting(file -> file.name() + ": " + file.lines().size() + " lines")
        .isEmpty();
  }

  @Test
  void nothingIsLeftForLater() {
    assertNowhere("\\b(TODO|FIXME|XXX)\\b", inWritten(file -> true));
  }

  @Test
  void noTestIsSwitchedOff() {
    assertNowhere("@(Disabled|Ignore)\\b", inJava(file -> true));
  }

  @Test
  void noTestSleeps() {
    assertNowhere("\\bThread\\.sleep\\(|SECONDS\\.sleep\\(", inJava(TextFile::isTest));
  }

  @Test
  void noStackTraceIsPrinted() {
    assertNowhere("\\bprintStackTrace\\(\\)", inJava(file -> true));
  }

  @Test
  void nothingIsIndentedWithTabs() {
    assertNowhere("^ *\\t", inWritten(file -> true));
  }

  @Test
  void everyRelativeLinkLeadsSomewhere() {
    assertThat(Checkout.files(".md")).flatMap(MarkdownLinks::dead).isEmpty();
  }

  @Test
  void noFileKnowsWhereItsPackagesWereDownloaded() {
    String hosts =
        Stream.of(
                "repo1.maven.org",
                "repo.maven.apache.org",
                "plugins.gradle.org",
                "registry.npmjs.org",
                "registry.yarnpkg.com",
                "files.pythonhosted.org",
                "pypi.org/simple",
                "proxy.golang.org",
                "sum.golang.org",
                "index.crates.io",
                "static.crates.io")
            .map(Pattern::quote)
            .collect(Collectors.joining("|"));

    assertNowhere(hosts + "|\\bartifactory[.:/]|\\bnexus[.:/]", Checkout.files().stream());
  }

  @Test
  void noFileKnowsTheMachineItWasWrittenOn() {
    assertNowhere("(?<![\\w.}*-])/(root|work)/", Checkout.files().stream());
  }

  private static Stream<TextFile> inJava(Predicate<TextFile> wanted) {
    return Checkout.files(".java").stream().filter(wanted);
  }

  private static Stream<TextFile> inWritten(Predicate<TextFile> wanted) {
    return Checkout.files(WRITTEN).stream().filter(file -> !file.isRecorded()).filter(wanted);
  }

  private static void assertNowhere(String regex, Stream<TextFile> files) {
    Pattern pattern = Pattern.compile(regex);
    assertThat(files.filter(file -> !file.name().equals(ITSELF)))
        .flatMap(file -> file.find(pattern))
        .isEmpty();
  }

  private static String folder(TextFile file) {
    return file.name().substring(0, file.name().lastIndexOf('/'));
  }
}
