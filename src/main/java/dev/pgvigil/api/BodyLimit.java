package dev.pgvigil.api;

import dev.pgvigil.http.ProblemException;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/** Explains why a body is rejected whose Content-Length exceeds the limit; the server itself sends no message. */
@Singleton
final class BodyLimit {

    private final long limit;

    BodyLimit(@ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize limit) {
        this.limit = limit.asLongValue();
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, RequestId.PRIORITY - 10);
    }

    private void check(RoutingContext context) {
        if (length(context.request().getHeader(HttpHeaders.CONTENT_LENGTH)) > limit) {
            // The rest of the body is not read, so the connection cannot be reused.
            context.response().putHeader(HttpHeaders.CONNECTION, "close");
            context.fail(ProblemException.of(413, "the body is too large; allowed: " + limit + " bytes"));
        } else {
            context.next();
        }
    }

    private static long length(@Nullable String header) {
        return header != null && header.matches("[0-9]{1,18}") ? Long.parseLong(header) : 0;
    }
}
