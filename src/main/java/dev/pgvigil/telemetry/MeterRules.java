package dev.pgvigil.telemetry;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Set;
import java.util.regex.Pattern;

/** Filters the meters of libraries that would grow with the fleet or with the requests of clients. */
@Singleton
final class MeterRules {

    private static final Pattern UNWANTED = Pattern.compile(
            // one or more pools per server, and their meters are never removed
            "(sql|postgresql|(?!worker)[a-z]*\\.?pool)\\..*"
                    // the meters of the SQL client without a configured prefix
                    + "|\\..*"
                    // its names are not allowed for its type; http.server.active.connections has the same value
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

    /** Limits the values of the label: a client may send any method. */
    @Produces
    @Singleton
    MeterFilter knownMethods() {
        return MeterFilter.replaceTagValues("method", method -> METHODS.contains(method) ? method : "OTHER");
    }
}
