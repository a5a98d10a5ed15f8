package dev.pgvigil.alert;

import static dev.pgvigil.alert.SampleAlerts.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.config.Secret;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class AcknowledgeLinkTest {

    private static final Secret KEY = new Secret("0123456789abcdef0123456789abcdef");
    private static final AcknowledgeLink LINK = AcknowledgeLink.of("a1", "chat", at(0), KEY);

    @Test
    void isValidForAWeek() {
        assertThat(LINK.valid(KEY, at(0))).isTrue();
        assertThat(LINK.valid(KEY, at(7 * 86_400 - 1))).isTrue();
        assertThat(LINK.valid(KEY, at(7 * 86_400))).isFalse();
    }

    @Test
    void cannotBeMadeForAnythingElse() {
        Instant until = LINK.until();
        String signature = LINK.signature();

        assertThat(new AcknowledgeLink("a2", "chat", until, signature).valid(KEY, at(0)))
                .isFalse();
        assertThat(new AcknowledgeLink("a1", "mail", until, signature).valid(KEY, at(0)))
                .isFalse();
        assertThat(new AcknowledgeLink("a1", "chat", until.plusSeconds(1), signature).valid(KEY, at(0)))
                .isFalse();
        assertThat(LINK.valid(new Secret("another key of more than 32 characters"), at(0)))
                .isFalse();
    }

    @Test
    void addressNamesEverythingThatIsSigned() {
        assertThat(LINK.address("https://pgvigil.example.com"))
                .startsWith("https://pgvigil.example.com/alerts/acknowledge?alert=a1&receiver=chat&until=")
                .endsWith("&signature=" + LINK.signature());
    }
}
