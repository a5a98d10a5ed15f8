package dev.pgvigil;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_FIELD_INJECTION;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.pgvigil.check.Check;
import dev.pgvigil.http.AcceptedConnections;
import dev.pgvigil.postgres.EventLoop;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
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
        "audit.., audit..",
        "config.., config..",
        "postgres.., postgres.. config..",
        "target.., target.. postgres.. config..",
        "check.., check.. target.. postgres.. config..",
        "advice.., advice.. check.. target..",
        // The state and its events first, then what serves them over HTTP.
        "state, state check.. target.. postgres..",
        "monitor.., monitor.. state check.. target.. postgres.. config..",
        "state.., state.. advice.. check.. target.. postgres.. config.. http..",
        "migration.., migration.. state.. check.. target.. postgres.. config.. http..",
        "tenant.., tenant.. state.. check.. target.. postgres.. config.. http..",
        // The one package that writes to a database of pgvigil's own.
        "store.., store.. state check.. target.. postgres.. config..",
        "history.., history.. store.. state.. check.. target.. postgres.. config.. http..",
        "self.., self.. state check.. target.. postgres.. config..",
        "slo.., slo.. store state.. check.. target.. postgres.. config.. http..",
        "trend.., trend.. store state.. check.. target.. postgres.. config.. http..",
        "alert.., alert.. advice.. slo store state.. check.. target.. postgres.. config.. http..",
        "status.., status.. state.. check.. target.. postgres.. config.. http..",
        "health.., health.. store slo.. self.. state.. check.. target.. postgres.. config.. http.. backup",
        "diagnose.., diagnose.. state.. check.. target.. postgres.. config.. http..",
        "telemetry, telemetry alert store slo trend self.. state monitor check.. target.. postgres.. config.. http.. backup cluster",
        "backup.., backup.. audit.. state.. check.. target.. postgres.. config.. http..",
        "cluster.., cluster.. monitor.. state.. check.. target.. postgres.. config.. http..",
        // What all paths share knows nothing of databases.
        "telemetry.log.., telemetry.log..",
        "api.., api.. http..",
        "security.., security.. audit.. http.. config.. telemetry.log..",
        // The page draws what the API answers.
        "dashboard.., dashboard.. advice.. history.. self.. state.. check.. target.. postgres.. http..",
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

    /** A package that is forgotten above may use everything. */
    @Test
    void everyPackageHasItsRow() throws NoSuchMethodException {
        Set<String> rows = Arrays.stream(ArchitectureTest.class
                        .getDeclaredMethod("arrowsPointOneWay", String.class, String.class)
                        .getAnnotation(CsvSource.class)
                        .value())
                .map(row -> row.substring(0, row.indexOf(',')).replace("..", ""))
                .collect(toSet());

        assertThat(features()).isNotEmpty().isSubsetOf(rows);
    }

    /** The packages below the root. */
    private static Set<String> features() {
        return PRODUCT.getPackage(ROOT).getSubpackages().stream()
                .map(JavaPackage::getRelativeName)
                .collect(toSet());
    }

    /** So that a check is added and removed by its own files. The sources are read, because a constant leaves no trace in bytecode. */
    @Test
    void noClassOutsideACheckAreaNamesACheck() throws IOException {
        List<JavaClass> checks = PRODUCT.stream()
                .filter(found -> found.isAssignableTo(Check.class) && !found.isInterface())
                .toList();
        List<String> violations = new ArrayList<>();
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            for (Path source :
                    sources.filter(path -> path.toString().endsWith(".java")).toList()) {
                String text = Files.readString(source);
                checks.stream()
                        .filter(check -> text.contains("import " + check.getName() + ";")
                                || text.contains("import static " + check.getName() + "."))
                        .forEach(check -> violations.add(source.getFileName() + " names " + check.getSimpleName()));
            }
        }

        assertThat(checks).hasSizeGreaterThan(7);
        assertThat(violations).isEmpty();
    }

    /** NullAway looks only at what is marked. */
    @Test
    void everyPackageIsNullMarked() {
        Set<String> unmarked = PRODUCT.getPackage(ROOT).getSubpackagesInTree().stream()
                .filter(name -> !name.getClasses().isEmpty() && !name.isAnnotatedWith(NullMarked.class))
                .map(JavaPackage::getName)
                .collect(toSet());

        assertThat(unmarked).isEmpty();
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
        // A command prints its result.
        NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(
                PRODUCT.that(DescribedPredicate.not(JavaClass.Predicates.type(Main.class))));
    }

    /**
     * Vert.x promises nothing of its {@code impl} packages: contexts stay in one place, the driver's connections in another,
     * the server's sockets in a third.
     */
    @Test
    void threeTypesUseVertxInternals() {
        noClasses()
                .that()
                .doNotBelongToAnyOf(EventLoop.class, AcceptedConnections.class)
                .and()
                .haveNameNotMatching("dev\\.pgvigil\\.postgres\\.PgSockets(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.vertx.core.impl..", "io.vertx.pgclient.impl..", "io.vertx.sqlclient.impl..")
                .check(PRODUCT);
    }

    @Test
    void dependenciesComeByConstructor() {
        NO_CLASSES_SHOULD_USE_FIELD_INJECTION.check(PRODUCT);
    }

    /** Untagged, such a test shares a process with others and keeps its memory: see service-test in pom.xml. */
    @Test
    void testsThatStartTheServiceAreTagged() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file).replace("@Tag(\"service\")\n@QuarkusTest\n", ""))
                        .as(file.toString())
                        .doesNotContain("\n@QuarkusTest\n");
            }
        }
    }

    private static String in(String name) {
        return ROOT + "." + name;
    }
}
