package dev.pgvigil.cluster;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
import dev.pgvigil.postgres.ConnectionState;
import dev.pgvigil.state.IgnoredFinding;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a replica publishes of a server at each change: everything but the observations of checks, which are published apart from it
 * when they change, and named here with their versions.
 *
 * @param sequence counts the publications under one token
 * @param sentAt when it was published, by the clock of the replica, in milliseconds
 * @param redisAt the same by the clock of Redis
 * @param facts version of the facts; 0: none yet
 * @param checks versions of the outcomes of checks of the whole server, by check
 */
record PublishedServer(
        long token,
        long sequence,
        long sentAt,
        long redisAt,
        long facts,
        ConnectionState link,
        Map<String, Long> checks,
        List<PublishedTarget> targets) {

    /** The name of the facts among the parts. */
    static final String FACTS = "#facts";

    /** A target, with versions of the outcomes of checks of its database. */
    record PublishedTarget(
            String name,
            String database,
            Status status,
            Instant since,
            List<Finding> findings,
            List<IgnoredFinding> ignored,
            Map<String, Long> checks) {}

    /** The name of a part: of the server, or of one of its targets. */
    static String part(String target, String check) {
        return target.isEmpty() ? check : check + "\n" + target;
    }
}
