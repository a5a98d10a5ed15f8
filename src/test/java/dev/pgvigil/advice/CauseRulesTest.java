package dev.pgvigil.advice;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.pgvigil.check.CauseRule;
import dev.pgvigil.check.CauseRules;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rules name findings of other areas as text, so that a finding that is renamed must be found here. */
class CauseRulesTest {

    static List<CauseRule> rules() {
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.pgvigil.check").stream()
                        .filter(found -> found.isAssignableTo(CauseRules.class) && !found.isInterface())
                        .flatMap(found -> made(found).rules().stream())
                        .toList();
    }

    /** The page of a check explains each of its findings in bold or under a heading. */
    @ParameterizedTest
    @MethodSource("rules")
    void everyFindingOfARuleIsOnThePageOfItsCheck(CauseRule rule) {
        assertThat(Stream.of(rule.cause(), rule.effect())).allMatch(CauseRulesTest::isDocumented);
        assertThat(rule.because()).isNotBlank().doesNotEndWith(".");
    }

    @Test
    void noRuleIsWrittenTwice() {
        assertThat(rules().stream().map(rule -> rule.cause() + " " + rule.effect()))
                .isNotEmpty()
                .doesNotHaveDuplicates();
    }

    private static boolean isDocumented(String key) {
        int slash = key.indexOf('/');
        Path page = Path.of("docs", "checks", key.substring(0, slash) + ".md");
        try {
            return Files.exists(page)
                    && (key.endsWith("/*") || explains(Files.readString(page), key.substring(slash + 1)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean explains(String page, String finding) {
        return page.contains("**" + finding + "**") || page.contains("### " + finding + "\n");
    }

    private static CauseRules made(JavaClass found) {
        try {
            Constructor<?> constructor = found.reflect().getDeclaredConstructor();
            constructor.setAccessible(true);
            return (CauseRules) constructor.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
