package dev.pgvigil.postgres;

/**
 * Statistics of the sessions to one server, since pgvigil started to monitor it.
 *
 * @param open open connections, ordinary and emergency
 * @param emergency of them, those from the emergency budget
 * @param connects sessions opened
 * @param failures attempts that failed
 * @param abandoned sessions dropped or replaced because a statement was not answered in time
 * @param overheadRatio time of statements and connects in the last minute over a minute: 0.01 is 1 % of one backend
 * @param statementSeconds total time of statements and connects
 * @param statements statements sent
 * @param stretch factor by which intervals are stretched to stay within the overhead budget; 1: not stretched
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

    /** Adds the statistics of another role's sessions to the same server: sums, and the larger stretch. */
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
