package dev.pgvigil.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenSourceTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path folder;

    @Test
    void returnsNullWithoutToken() {
        assertThat(read(Map.of())).isNull();
        assertThat(read(Map.of("PGVIGIL_TOKEN", " ", "PGVIGIL_TOKEN_FILE", ""))).isNull();
    }

    @Test
    void readsTokenWithoutExpansion() {
        assertThat(opens(read(Map.of("PGVIGIL_TOKEN", "a${HOME}\\$b{c}-0123456")), "a${HOME}\\$b{c}-0123456"))
                .isTrue();
    }

    @Test
    void readsTokenFileWithoutNewline() throws IOException {
        Path file = Files.writeString(folder.resolve("token"), "0123456789abcdef\n");
        Token token = read(Map.of("PGVIGIL_TOKEN_FILE", file.toString()));
        assertThat(opens(token, "0123456789abcdef")).isTrue();
        assertThat(opens(token, "0123456789abcdef\n")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"short", "with a space in it 01", "täglich-0123456789", "new\nline-0123456789"})
    void rejectsInvalidTokensWithoutShowingThem(String token) {
        assertThatThrownBy(() -> read(Map.of("PGVIGIL_TOKEN", token)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("PGVIGIL_TOKEN contains a token of " + token.length() + " characters")
                .hasMessageContaining("16 to 512 visible ASCII characters")
                .hasMessageNotContaining(token);
    }

    @Test
    void rejectsInvalidFiles() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty"), "\n");
        Path large = Files.writeString(folder.resolve("large"), "x".repeat(5000));
        assertThatThrownBy(() -> read(Map.of("PGVIGIL_TOKEN_FILE", empty.toString())))
                .hasMessageContaining("a token of 0 characters");
        assertThatThrownBy(() -> read(Map.of("PGVIGIL_TOKEN_FILE", large.toString())))
                .hasMessageContaining("larger than 4 KiB");
        assertThatThrownBy(() ->
                        read(Map.of("PGVIGIL_TOKEN_FILE", folder.resolve("none").toString())))
                .hasMessageContaining("cannot be read: NoSuchFileException");
        assertThatThrownBy(() -> read(Map.of("PGVIGIL_TOKEN_FILE", empty.toString(), "PGVIGIL_TOKEN", "x")))
                .hasMessageContaining("are both set");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hunter2-0123456789abcdef", "hunter2/0123456789+abc==", "postgresql://u:hunter2@db1/shop"})
    void masksSecretInPlaceOfFileName(String secret) {
        assertThatThrownBy(() -> read(Map.of("PGVIGIL_TOKEN_FILE", secret)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("PGVIGIL_TOKEN_FILE: the file \"***\" cannot be read: NoSuchFileException")
                .hasNoCause();
    }

    private static boolean opens(@Nullable Token token, String presented) {
        return token != null && token.matches(presented);
    }

    private static @Nullable Token read(Map<String, String> environment) {
        return TokenSource.of(new SmallRyeConfigBuilder()
                        .addDefaultInterceptors()
                        .withSources(new EnvConfigSource(environment, 300))
                        .build())
                .read();
    }
}
