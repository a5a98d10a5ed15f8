package dev.pgvigil.postgres;

import java.time.Duration;

/**
 * How long anything may take. The server's own deadlines come first ({@code lock < statement}), then the client's, which
 * drops the connection, because a half-open connection or a frozen server never answers.
 *
 * @param connect a TCP connection
 * @param lock waiting for any lock
 * @param statement a statement on the shared session
 * @param answer the answer to a statement on the shared session, as pgvigil sees it
 * @param slowStatement a statement on a session of its own, for what did not fit into {@code statement}
 * @param rotateAfter how old a session gets: its server process gives back what it has grown to
 * @param idle how long a session may be asked nothing: pgvigil is gone then, and the server rids itself of the session
 */
public record Deadlines(
        Duration connect,
        Duration lock,
        Duration statement,
        Duration answer,
        Duration slowStatement,
        Duration rotateAfter,
        Duration idle) {

    public static final Deadlines STANDARD = new Deadlines(
            Duration.ofSeconds(1),
            Duration.ofMillis(100),
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            Duration.ofMinutes(30),
            Duration.ofMinutes(2));

    /** These, for sessions that are asked something this often at least. */
    public Deadlines askedEvery(Duration longest) {
        Duration enough = longest.multipliedBy(2);
        return new Deadlines(
                connect,
                lock,
                statement,
                answer,
                slowStatement,
                rotateAfter,
                enough.compareTo(idle) > 0 ? enough : idle);
    }

    /** The answer to a statement on a session of its own. */
    Duration slowAnswer() {
        return slowStatement.plus(answer);
    }
}
