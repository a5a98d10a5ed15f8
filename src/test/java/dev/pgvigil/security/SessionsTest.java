package dev.pgvigil.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.http.AccessEnded;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SessionsTest {

    private Instant now = Instant.parse("2026-11-29T08:00:00Z");
    private final List<AccessEnded> ended = new ArrayList<>();
    private final Sessions sessions = new Sessions(() -> Duration.ofHours(12), ended::add, () -> now);

    @Test
    void lastsAsLongAsConfigured() {
        String cookie = sessions.begin("anna");
        assertThat(Objects.requireNonNull(sessions.of(cookie)).name()).isEqualTo("anna");
        now = now.plus(Duration.ofHours(12)).minusMillis(1);
        assertThat(sessions.of(cookie)).isNotNull();
        now = now.plusMillis(1);
        assertThat(sessions.of(cookie)).isNull();
    }

    @Test
    void isUnknownByAnotherCookie() {
        String cookie = sessions.begin("anna");
        assertThat(cookie).hasSize(43);
        assertThat(sessions.begin("anna")).isNotEqualTo(cookie);
        assertThat(sessions.of(cookie + "A")).isNull();
        assertThat(sessions.of("")).isNull();
    }

    @Test
    void signOutEndsOneSessionAndItsStreams() {
        String one = sessions.begin("anna");
        String other = sessions.begin("anna");
        String key = Objects.requireNonNull(sessions.of(one)).key();
        String kept = Objects.requireNonNull(sessions.of(other)).key();
        sessions.end(one);
        assertThat(sessions.of(one)).isNull();
        assertThat(sessions.of(other)).isNotNull();
        assertThat(ended).hasSize(1);
        assertThat(ended.getFirst().concerns()).accepts(key).rejects(kept, "anna");
        assertThat(sessions.end(one)).isNull();
        assertThat(ended).hasSize(1);
    }

    @Test
    void revocationEndsSessionsAndStreamsOfCaller() {
        String anna = sessions.begin("anna");
        String ben = sessions.begin("ben");
        String key = Objects.requireNonNull(sessions.of(anna)).key();
        String kept = Objects.requireNonNull(sessions.of(ben)).key();
        sessions.revoke("anna"::equals);
        assertThat(sessions.of(anna)).isNull();
        assertThat(sessions.of(ben)).isNotNull();
        assertThat(ended.getFirst().concerns()).accepts(key, "anna").rejects(kept, "ben");
    }

    @Test
    void expiryEndsSessionsAndTheirStreams() {
        String key = Objects.requireNonNull(sessions.of(sessions.begin("anna"))).key();
        now = now.plus(Duration.ofHours(6));
        String kept =
                Objects.requireNonNull(sessions.of(sessions.begin("anna"))).key();
        sessions.expire();
        assertThat(ended).isEmpty();
        now = now.plus(Duration.ofHours(6));
        sessions.expire();
        assertThat(ended).hasSize(1);
        assertThat(ended.getFirst().concerns()).accepts(key).rejects(kept, "anna");
        assertThat(sessions.size()).isEqualTo(1);
    }

    @Test
    void keepsBoundedNumber() {
        String first = sessions.begin("anna");
        for (int i = 0; i < Sessions.MOST; i++) {
            sessions.begin("ben");
        }
        assertThat(sessions.size()).isEqualTo(Sessions.MOST);
        assertThat(sessions.of(first)).isNull();
    }
}
