package dev.pgvigil.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.config.Secret;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SessionTest {

    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
    private static final Token TOKEN = new Token(new Secret("a-token-of-enough-length"));

    private final String session = Session.issue(TOKEN, NOW);

    @Test
    void lastsTwelveHours() {
        assertThat(Session.valid(session, TOKEN, NOW)).isTrue();
        assertThat(Session.valid(session, TOKEN, NOW.plus(Duration.ofHours(12)).minusSeconds(1)))
                .isTrue();
        assertThat(Session.valid(session, TOKEN, NOW.plus(Duration.ofHours(12))))
                .isFalse();
    }

    @Test
    void isInvalidWithAnotherToken() {
        assertThat(Session.valid(session, new Token(new Secret("another-token-of-length")), NOW))
                .isFalse();
    }

    @Test
    void cannotBeProlonged() {
        String signature = session.substring(session.indexOf('.'));
        long later = NOW.plus(Duration.ofDays(300)).getEpochSecond();
        assertThat(Session.valid(later + signature, TOKEN, NOW)).isFalse();
    }

    @Test
    void rejectsMalformedSessions() {
        for (String cookie : new String[] {
            "", ".", "1.2", session + "0", " " + session, session.toUpperCase(java.util.Locale.ROOT), "-" + session
        }) {
            assertThat(Session.valid(cookie, TOKEN, NOW)).as(cookie).isFalse();
        }
        assertThat(Session.valid(null, TOKEN, NOW)).isFalse();
    }

    @Test
    void doesNotContainToken() {
        assertThat(session).doesNotContain(TOKEN.secret().value());
        assertThat(TOKEN.toString()).doesNotContain(TOKEN.secret().value());
    }
}
