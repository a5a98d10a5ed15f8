package dev.pgvigil.alert;

import dev.pgvigil.state.Snapshot;
import java.time.Instant;
import java.util.List;

/** A step between the alerts that fire and their notifications. Pure. */
interface Stage {

    /** The time, and the fleet at that time. */
    record Moment(Instant now, Snapshot snapshot) {}

    /** The same alerts; some of them suppressed, or with another severity. */
    List<Candidate> apply(List<Candidate> alerts, Moment moment);
}
