package dev.pgvigil.monitor;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
import dev.pgvigil.postgres.ConnectionState;
import dev.pgvigil.postgres.ServerFacts;
import dev.pgvigil.state.IgnoredFinding;
import dev.pgvigil.state.Outcome;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The state of a server and its targets, as received from the replica that watches it.
 *
 * @param outcomes of server-wide checks, by check name
 */
public record ReceivedState(
        @Nullable ServerFacts facts, ConnectionState link, Map<String, Outcome<?>> outcomes, List<One> targets) {

    /**
     * One target.
     *
     * @param outcomes of checks of its database, by check name
     */
    public record One(
            String name,
            String database,
            Status status,
            Instant since,
            List<Finding> findings,
            List<IgnoredFinding> ignored,
            Map<String, Outcome<?>> outcomes) {}
}
