package dev.pgvigil.postgres;

/**
 * Figures of the sessions to one server, since pgvigil started watching it.
 *
 * @param open connections open now, ordinary and emergency
 * @param emergency of them, those from the emergency budget
 * @param connects sessions opened
 * @param failures attempts that failed
 * @param abandoned sessions dropped without waiting, because the server no longer answered
 * @param overheadRatio statement time of the last minute over a minute: 0.01 is 1 % of one backend
 * @param statementSeconds statement time in all, as the server measured it
 * @param statements statements sent
 * @param stretch factor by which cadences are stretched to stay in the overhead budget; 1: not at all
 */
public record ConnectionState(
        int open,
        int emergency,
        long connects,
        long failures,
        long abandoned,
        double overheadRatio,
        double statementSeconds,
        long statements,
        double stretch) {

    public static final ConnectionState NONE = new ConnectionState(0, 0, 0, 0, 0, 0, 0, 0, 1);

    /** The figures of several roles' sessions to one server: sums, and of what is stretched for each by itself the most. */
    public ConnectionState plus(ConnectionState other) {
        return new ConnectionState(
                open + other.open,
                emergency + other.emergency,
                connects + other.connects,
                failures + other.failures,
                abandoned + other.abandoned,
                overheadRatio + other.overheadRatio,
                statementSeconds + other.statementSeconds,
                statements + other.statements,
                Math.max(stretch, other.stretch));
    }
}
