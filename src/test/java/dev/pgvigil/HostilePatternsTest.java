package dev.pgvigil;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each pattern of the product on texts of 1 MB that could exhaust the stack or the time of whoever matches them. */
class HostilePatternsTest {

    private static final int SIZE = 1 << 20;
    // Less than an event loop's.
    private static final long STACK = 256 << 10;
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** Those that the product looks for within a text; with the others it compares the whole text. */
    private static final Set<String> SEARCHED = Set.of(
            "FailureClassifier.ADDRESS",
            "FailureClassifier.CONTROL",
            "FailureClassifier.LATE",
            "FindingLogger.UNPRINTABLE",
            "Pem.BLANK",
            "Pem.BLOCK",
            "TargetReader.UNNAMEABLE",
            "ThresholdsReader.LEVEL",
            "Variables.SPECIAL");

    private static final List<String> REPEATED = List.of(
            "a",
            "A1",
            "/a",
            "/webjars/a",
            "a.",
            "-",
            ".",
            "0",
            "1.",
            " ",
            "\n",
            "\r\n",
            "\t",
            "_",
            "%",
            "=",
            ",",
            "'",
            "''",
            "\"",
            "\"\"",
            "value \"\"",
            "='' ",
            "$$",
            "$a$",
            "(",
            "[",
            "[:",
            "{",
            "}",
            "\u0001",
            "é",
            "😀",
            "\\",
            "://a:",
            "password=",
            "\"password\": \"",
            "Bearer ",
            "eyJaaaaaaaa.",
            "Key (a)=(",
            "-----BEGIN A-----",
            "-----BEGIN PRIVATE KEY-----",
            "-----BEGIN A-----a-----END B-----",
            "a/1.1.1.1:",
            "Timeout 1 (ms) fired ");

    /** All patterns that are constants, by where they stand. */
    static Stream<Map.Entry<String, Pattern>> patterns() throws ReflectiveOperationException {
        Map<String, Pattern> found = new TreeMap<>();
        for (JavaClass type : new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.pgvigil")) {
            Class<?> loaded = Class.forName(type.getName(), false, HostilePatternsTest.class.getClassLoader());
            for (Field field : loaded.getDeclaredFields()) {
                if (field.getType() == Pattern.class && Modifier.isStatic(field.getModifiers())) {
                    field.setAccessible(true);
                    found.put(loaded.getSimpleName() + "." + field.getName(), (Pattern) field.get(null));
                }
            }
        }
        assertThat(found).hasSizeGreaterThan(25).containsKeys(SEARCHED.toArray(String[]::new));
        return found.entrySet().stream();
    }

    @ParameterizedTest
    @MethodSource("patterns")
    void matchesMegabytesWithinStackAndTime(Map.Entry<String, Pattern> pattern) throws Exception {
        within(pattern.getKey(), () -> {
            for (String repeated : REPEATED) {
                Matcher matcher = pattern.getValue().matcher(repeated.repeat(SIZE / repeated.length()));
                matcher.matches();
                if (SEARCHED.contains(pattern.getKey())) {
                    // As far as replaceAll would go.
                    matcher.reset().find();
                }
            }
        });
    }

    private static void within(String name, Runnable work) throws InterruptedException, TimeoutException {
        FutureTask<Void> task = new FutureTask<>(work, null);
        Thread thread = new Thread(null, task, "small-stack", STACK);
        thread.setDaemon(true);
        thread.start();
        try {
            task.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError(name, e.getCause());
        }
    }
}
