package dev.pgvigil;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each pattern of the product on texts of 256 kB that could exhaust the stack or the time of what matches them. */
class HostilePatternsTest {

    private static final int SIZE = 1 << 18;
    // Less than an event loop's.
    private static final long STACK = 256 << 10;
    /** How often each character may be read. */
    private static final long READS = 200;

    /** Inline: the expressions in calls of these methods of String. */
    private static final Pattern INLINE = Pattern.compile(
            "(?<!matcher\\([a-z]{1,30}\\))\\.(matches|replaceAll|replaceFirst|split)\\(\\s*\"((?:[^\"\\\\]|\\\\.)*+)\"\\s*[,)]");

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

    /** @param anchored whether the product only looks for it at the start of a text */
    record Tried(String name, Pattern pattern, boolean anchored) {

        @Override
        public String toString() {
            return name;
        }
    }

    /** All patterns: constants, and those inline in calls of String's methods. */
    static Stream<Tried> patterns() throws ReflectiveOperationException, IOException {
        Map<String, String> sources = sources();
        List<Tried> all = new ArrayList<>();
        for (JavaClass type : new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.pgvigil")) {
            Class<?> loaded = Class.forName(type.getName(), false, HostilePatternsTest.class.getClassLoader());
            for (Field field : loaded.getDeclaredFields()) {
                if (field.getType() == Pattern.class && Modifier.isStatic(field.getModifiers())) {
                    field.setAccessible(true);
                    String source = sources.getOrDefault(loaded.getSimpleName(), "");
                    all.add(new Tried(
                            loaded.getSimpleName() + "." + field.getName(),
                            (Pattern) field.get(null),
                            isAnchored(field.getName(), source)));
                }
            }
        }
        assertThat(all).hasSizeGreaterThan(25);
        int constants = all.size();
        sources.forEach((type, source) -> {
            Matcher calls = INLINE.matcher(source);
            while (calls.find()) {
                Pattern pattern = Pattern.compile(calls.group(2).translateEscapes());
                all.add(new Tried(
                        type + calls.group() + ")", pattern, calls.group(1).equals("matches")));
            }
        });
        assertThat(all).hasSizeGreaterThan(constants + 10);
        return all.stream();
    }

    /** The product's sources by the names of their types. */
    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new TreeMap<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                sources.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
            }
        }
        return sources;
    }

    /** Whether every use of a constant looks at the start of a text; false in doubt. */
    private static boolean isAnchored(String constant, String source) {
        String use = "\\b" + constant + "\\s*\\.(?!pattern\\(\\))";
        Matcher assigned =
                Pattern.compile("(\\w+)\\s*=\\s*" + use + "matcher\\(").matcher(source);
        long anchored = Pattern.compile(
                        use + "(?:matcher\\([^;]{1,200}?\\)\\s*\\.(?:matches|lookingAt)\\(\\)|asMatchPredicate\\(\\))")
                .matcher(source)
                .results()
                .count();
        while (assigned.find()) {
            String matcher = assigned.group(1);
            if (source.contains(matcher + ".matches()") || source.contains(matcher + ".lookingAt()")) {
                anchored++;
            }
        }
        return anchored > 0
                && anchored == Pattern.compile(use).matcher(source).results().count();
    }

    @ParameterizedTest
    @MethodSource("patterns")
    void matchesLongTextsWithinStackAndTime(Tried tried) throws Exception {
        within(tried.name(), () -> {
            for (String repeated : REPEATED) {
                CountedText text = new CountedText(repeated.repeat(SIZE / repeated.length()));
                tried.pattern().matcher(text).matches();
                tried.pattern().matcher(text).lookingAt();
                if (!tried.anchored()) {
                    // Shorter, as it takes longest.
                    CountedText part = new CountedText(text.toString().substring(0, SIZE / 4));
                    Matcher matcher = tried.pattern().matcher(part);
                    while (matcher.find()) {
                        // to the last one
                    }
                }
            }
        });
    }

    /** A text that fails who reads its characters more often than a linear pattern does. */
    private static final class CountedText implements CharSequence {

        private final String text;
        private long read;

        CountedText(String text) {
            this.text = text;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (++read > READS * text.length()) {
                throw new AssertionError("more than linear time on " + text.substring(0, 20));
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private static void within(String name, Runnable work) throws InterruptedException {
        FutureTask<Void> task = new FutureTask<>(work, null);
        Thread thread = new Thread(null, task, "small-stack", STACK);
        thread.start();
        try {
            task.get();
        } catch (ExecutionException e) {
            throw new AssertionError(name, e.getCause());
        }
    }
}
