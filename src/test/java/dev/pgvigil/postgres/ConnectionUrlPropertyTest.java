package dev.pgvigil.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.config.Secret;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ConnectionUrlPropertyTest {

    @Property(tries = 2000)
    void parsesAnyEncodedNamesAndPassword(
            @ForAll("words") String user, @ForAll("words") String password, @ForAll("words") String database) {
        String text = "postgresql://" + encoded(user) + ":" + encoded(password) + "@h:1/" + encoded(database);

        assertThat(ConnectionUrl.parse(text, ConnectionUrlPropertyTest::fail))
                .isEqualTo(new ConnectionUrl("h", 1, user, new Secret(password), database, Map.of()));
    }

    /** Any text is either parsed or reported, and no message contains a piece of the password. */
    @Property(tries = 5000)
    void neitherThrowsNorShowsPasswordForMalformedUrl(@ForAll("noise") String before, @ForAll("noise") String after) {
        List<String> problems = new ArrayList<>();
        ConnectionUrl url = ConnectionUrl.parse("postgresql://u:" + before + "Tr0ub4dor" + after, problems::add);

        assertThat(url != null || !problems.isEmpty()).isTrue();
        assertThat(problems).noneMatch(problem -> problem.contains("Tr0ub4dor"));
    }

    @Property(tries = 2000)
    void reportsAnyTextThatIsNoUrl(@ForAll String text) {
        List<String> problems = new ArrayList<>();

        assertThat(ConnectionUrl.parse(text, problems::add)).isNull();
        assertThat(problems).isNotEmpty();
    }

    @Provide
    Arbitrary<String> words() {
        return Arbitraries.strings()
                .withCharRange('\u0001', '\ud7ff')
                .ofMinLength(1)
                .ofMaxLength(20);
    }

    @Provide
    Arbitrary<String> noise() {
        return Arbitraries.strings().withChars("@/:?#[]%,=&+-._ \\'\"$a1\n").ofMaxLength(12);
    }

    private static String encoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            encoded.append(String.format("%%%02X", b));
        }
        return encoded.toString();
    }

    private static void fail(String problem) {
        throw new AssertionError(problem);
    }
}
