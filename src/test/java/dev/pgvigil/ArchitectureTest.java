package dev.pgvigil;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_FIELD_INJECTION;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.smallrye.mutiny.Uni;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The house rules that a compiler cannot hold. */
class ArchitectureTest {

    private static final String ROOT = "dev.pgvigil";

    private static final JavaClasses PRODUCT = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @ParameterizedTest
    @CsvSource({
        "http.., http..",
        "config.., config..",
        "target.., target.. config..",
        "check.., check.. target.. config..",
        // The loop itself, and then what serves it over HTTP.
        "watch, watch check.. target.. config..",
        "watch.., watch.. check.. target.. config.. http..",
        "history.., history.. watch.. check.. target.. config.. http..",
    })
    void arrowsPointOneWay(String name, String allowed) {
        String[] known =
                Arrays.stream(allowed.split(" ")).map(ArchitectureTest::in).toArray(String[]::new);
        DescribedPredicate<JavaClass> foreign =
                resideInAPackage(ROOT + "..").and(DescribedPredicate.not(resideInAnyPackage(known)));

        noClasses()
                .that()
                .resideInAPackage(in(name))
                .should()
                .dependOnClassesThat(foreign)
                .because("the core knows nothing of what reads it")
                .check(PRODUCT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"api", "dashboard"})
    void nothingImportsTheEdges(String edge) {
        noClasses()
                .that()
                .resideOutsideOfPackage(in(edge + ".."))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(in(edge + ".."))
                .check(PRODUCT);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(PRODUCT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Impl", "Manager", "Helper", "Util", "Utils"})
    void namesSayWhatThingsAre(String suffix) {
        classes().should().haveSimpleNameNotEndingWith(suffix).check(PRODUCT);
    }

    @Test
    void nothingBlocks() {
        noClasses()
                .should()
                .callMethod(Uni.class, "await")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .because("it runs on event loops")
                .check(PRODUCT);
    }

    @Test
    void logsGoThroughTheLogger() {
        NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING.check(PRODUCT);
        NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(PRODUCT);
    }

    @Test
    void dependenciesComeByConstructor() {
        NO_CLASSES_SHOULD_USE_FIELD_INJECTION.check(PRODUCT);
    }

    private static String in(String name) {
        return ROOT + "." + name;
    }
}
