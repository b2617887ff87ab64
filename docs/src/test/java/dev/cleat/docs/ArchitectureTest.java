// SPDX-License-Identifier: Apache-2.0
package dev.cleat.docs;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Which part of the house may know which: the arrows of {@link House}, and what is kept inside. */
@AnalyzeClasses(packages = "dev.cleat", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
  private static final String LAUNCHER = "dev.cleat.launcher..";
  private static final String[] JACKSON = {"com.fasterxml.jackson..", "tools.jackson.."};

  @ArchTest
  static void everyPackageOfTheCheckoutIsSeenHere(JavaClasses classes) {
    var packages =
        Checkout.files("package-info.java").stream()
            .filter(file -> file.name().contains("src/main/java/"))
            .flatMap(file -> file.lines().stream())
            .map(Pattern.compile("^package ([a-z0-9.]+);$")::matcher)
            .filter(Matcher::matches)
            .map(match -> match.group(1))
            .collect(Collectors.toCollection(TreeSet::new));

    packages.removeIf(classes::containPackage);
    assertThat(packages).as("packages of modules that docs/pom.xml does not name").isEmpty();
  }

  @ArchTest
  static final ArchRule everyPartUsesOnlyThePartsItMayUse =
      classes().should(House.useOnlyWhatTheirPartMayUse());

  @ArchTest
  static final ArchRule theVocabularyKnowsNeitherTheServiceInterfacesNorTheSessionLayer =
      noClasses()
          .that()
          .resideInAPackage("dev.cleat")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.cleat.spi..", "dev.cleat.mcp..");

  @ArchTest
  static final ArchRule theServiceInterfacesDoNotKnowTheSessionLayer =
      noClasses()
          .that()
          .resideInAPackage("dev.cleat.spi..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.cleat.mcp..");

  @ArchTest
  static final ArchRule onlyTheBridgeAndTheLauncherKnowGuice =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.cleat.guice..", LAUNCHER)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.google.inject..", "jakarta.inject..", "javax.inject..");

  @ArchTest
  static final ArchRule onlyItsBridgeKnowsTheOfficialSdk =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.cleat.mcpsdk..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.modelcontextprotocol..", "reactor..");

  @ArchTest
  static final ArchRule onlyTheHttpTransportKnowsJetty =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.cleat.http..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.eclipse.jetty..", "jakarta.servlet..");

  @ArchTest
  static final ArchRule jacksonIsNotPartOfTheApi =
      classes()
          .that()
          .resideInAnyPackage("dev.cleat", "dev.cleat.spi..")
          .should(Api.notMention(resideInAnyPackage(JACKSON)));

  @ArchTest
  static final ArchRule librariesLogThroughTheLoggerOfTheJdk =
      noClasses()
          .that()
          .resideOutsideOfPackage(LAUNCHER)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.util.logging..", "org.slf4j..", "ch.qos.logback..");

  @ArchTest
  static final ArchRule onlyProgramsAndTheOwnerOfStdoutUseTheStandardStreams =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              LAUNCHER,
              "dev.cleat.benchmarks..",
              "dev.cleat.examples.conformance..",
              "dev.cleat.examples.embedded..")
          .and()
          .doNotHaveFullyQualifiedName("dev.cleat.stdio.Stdio")
          .and()
          .doNotHaveFullyQualifiedName("dev.cleat.stdio.StdoutGuard")
          .should(ACCESS_STANDARD_STREAMS)
          .orShould()
          .callMethod(System.class, "setOut", java.io.PrintStream.class)
          .orShould()
          .callMethod(System.class, "setErr", java.io.PrintStream.class);

  private ArchitectureTest() {}
}
