package dev.pgvigil.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.postgres.Failure.Reason;
import dev.pgvigil.testing.PgServer;
import dev.pgvigil.testing.ScriptedServer;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class ServerMessagesTest {

    private static final int NEWEST = PgServer.majors().getLast();

    @Test
    void refusesAndReportsTooManyScramIterations() {
        try (PgServer server = PgServer.start(NEWEST)) {
            server.monitorRole("slow", "unused");
            server.monitorRole("quick", "secret");
            server.sql("alter role slow password " + Sql.literal(verifier(8_000_000)));
            server.demandPassword();

            Failure failure = Collecting.refused(server.server("slow", "secret"), "postgres");

            assertThat(failure.reason()).isEqualTo(Reason.AUTH);
            assertThat(failure.message()).contains("8000000 SCRAM iterations").contains("scram_iterations lower");
            try (Collecting asking = Collecting.of(server.server("quick", "secret"), "postgres")) {
                assertThat(asking.<Integer>ask(session -> session.row("select 1", row -> row.getInteger(0))))
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void refusesTooLongMessage() {
        String message = "x".repeat(ServerMessages.LONGEST_UNASKED + 1);
        try (ScriptedServer server = ScriptedServer.with("XX000", message)) {
            Failure failure = Collecting.refused(
                    new Server(server.host(), server.port(), "pgvigil", null, new Tls(Tls.Mode.DISABLE)), "postgres");

            assertThat(failure.reason()).isEqualTo(Reason.UNSUPPORTED);
            assertThat(failure.message()).startsWith("the server sent a message of 262");
        }
    }

    /** A verifier of no password: the iterations are sent before it matters. */
    private static String verifier(int iterations) {
        Base64.Encoder base64 = Base64.getEncoder();
        String key = base64.encodeToString(new byte[32]);
        return "SCRAM-SHA-256$" + iterations + ":" + base64.encodeToString(new byte[16]) + "$" + key + ":" + key;
    }
}
