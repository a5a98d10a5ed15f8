package dev.pgvigil.telemetry;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Set;
import java.util.regex.Pattern;

/** Keeps the meters of libraries few: those that grow with the fleet, or with what clients send. */
@Singleton
final class MeterRules {

    private static final Pattern UNWANTED = Pattern.compile(
            // one pool or more for each server, and their meters outlive them
            "(sql|postgresql|(?!worker)[a-z]*\\.?pool)\\..*"
                    // the SQL client's meters, where it was given no name to put in front of theirs
                    + "|\\..*"
                    // shown with names that its own type does not allow; http.server.active.connections says the same
                    + "|http\\.server\\.connections");
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE");

    @Produces
    @Singleton
    MeterFilter wanted() {
        return new MeterFilter() {
            @Override
            public MeterFilterReply accept(Meter.Id id) {
                return UNWANTED.matcher(id.getName()).matches() ? MeterFilterReply.DENY : MeterFilterReply.NEUTRAL;
            }
        };
    }

    /** A client may send any word as method. */
    @Produces
    @Singleton
    MeterFilter knownMethods() {
        return MeterFilter.replaceTagValues("method", method -> METHODS.contains(method) ? method : "OTHER");
    }
}
