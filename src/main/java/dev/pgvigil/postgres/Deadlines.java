package dev.pgvigil.postgres;

import java.time.Duration;

/**
 * The timeouts of sessions. The server's come first ({@code lock < statement}), then the client's, which drops the connection,
 * because a half-open connection or a frozen server never answers.
 *
 * @param connect a TCP connection
 * @param lock a wait for any lock
 * @param statement a statement on the shared session
 * @param answer the answer to a statement on the shared session, measured by pgvigil
 * @param slowStatement a statement on a dedicated session, if {@code statement} is too short for it
 * @param rotateAfter maximum age of a session: a new server process frees the memory that the old one gathered
 * @param idle how long a session may be idle: after that the server ends it, because pgvigil is gone
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

    /** The same timeouts, for sessions that are used at least this often. */
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

    /**
     * How long the replacement of a session that has left a statement unanswered may take, before the server counts as not
     * answering. A packet that is delayed by twice the answer timeout is still no outage.
     */
    Duration replacement() {
        return answer.multipliedBy(6).dividedBy(5);
    }

    /** The answer to a statement on a dedicated session. */
    Duration slowAnswer() {
        return slowStatement.plus(answer);
    }
}
