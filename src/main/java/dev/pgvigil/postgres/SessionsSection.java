package dev.pgvigil.postgres;

import dev.pgvigil.config.Node;
import dev.pgvigil.config.Section;
import jakarta.inject.Singleton;
import java.time.Duration;

/** {@code sessions}: timeouts of the sessions to monitored servers. */
@Singleton
public class SessionsSection implements Section<Deadlines> {

    private static final Duration LEAST = Duration.ofMillis(10);
    private static final Duration MOST = Duration.ofMinutes(1);

    @Override
    public String key() {
        return "sessions";
    }

    @Override
    public Deadlines read(Node node) {
        Deadlines standard = Deadlines.STANDARD;
        Deadlines deadlines = new Deadlines(
                node.doc("Opening a TCP connection").duration("connect-timeout", standard.connect(), LEAST, MOST),
                node.doc("Waiting for any lock, enforced by the server")
                        .duration("lock-timeout", standard.lock(), LEAST, MOST),
                node.doc("A statement on the shared session, enforced by the server")
                        .duration("statement-timeout", standard.statement(), LEAST, MOST),
                node.doc("A response as pgvigil sees it; then the connection is dropped")
                        .duration("answer-timeout", standard.answer(), LEAST, MOST),
                node.doc("A statement on a session of its own")
                        .duration("slow-statement-timeout", standard.slowStatement(), LEAST, MOST),
                node.doc("Age at which the shared session is replaced")
                        .duration("rotate-after", standard.rotateAfter(), Duration.ofMinutes(1), Duration.ofDays(1)),
                standard.idle());
        if (deadlines.lock().compareTo(deadlines.statement()) >= 0
                || deadlines.statement().compareTo(deadlines.answer()) >= 0) {
            node.problem("lock-timeout must be shorter than statement-timeout, and that shorter than answer-timeout");
        }
        return deadlines;
    }
}
