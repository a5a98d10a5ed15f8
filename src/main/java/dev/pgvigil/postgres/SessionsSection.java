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
                node.duration("connect-timeout", standard.connect(), LEAST, MOST),
                node.duration("lock-timeout", standard.lock(), LEAST, MOST),
                node.duration("statement-timeout", standard.statement(), LEAST, MOST),
                node.duration("answer-timeout", standard.answer(), LEAST, MOST),
                node.duration("slow-statement-timeout", standard.slowStatement(), LEAST, MOST),
                node.duration("rotate-after", standard.rotateAfter(), Duration.ofMinutes(1), Duration.ofDays(1)),
                standard.idle());
        if (deadlines.lock().compareTo(deadlines.statement()) >= 0
                || deadlines.statement().compareTo(deadlines.answer()) >= 0) {
            node.problem("lock-timeout must be shorter than statement-timeout, and that shorter than answer-timeout");
        }
        return deadlines;
    }
}
