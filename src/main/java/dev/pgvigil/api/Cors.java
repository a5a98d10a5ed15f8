package dev.pgvigil.api;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.handler.CorsHandler;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Allows pages of the origins in {@code PGVIGIL_CORS_ORIGINS}, and no others, to read the API with a token. */
@Singleton
final class Cors {

    // Before the authentication filter: a preflight request has no token.
    private static final int PRIORITY = 850;

    private final List<String> origins;

    Cors(@ConfigProperty(name = "pgvigil.cors-origins") Optional<List<String>> origins) {
        this.origins = origins.orElse(List.of()).stream()
                .map(String::strip)
                .filter(origin -> !origin.isEmpty())
                .toList();
    }

    void register(@Observes Filters filters) {
        if (origins.isEmpty()) {
            return;
        }
        CorsHandler handler = CorsHandler.create()
                .addOrigins(origins)
                .allowedMethods(Set.of(HttpMethod.GET, HttpMethod.HEAD))
                .allowedHeaders(Set.of("Authorization", "Content-Type", "Last-Event-ID", RequestId.HEADER))
                .exposedHeaders(Set.of(RequestId.HEADER, "Server-Timing"))
                .maxAgeSeconds(600);
        filters.register(
                context -> {
                    if (String.valueOf(context.request().path()).startsWith("/api/")) {
                        // the handler already sets it for some responses
                        MultiMap headers = context.response().headers();
                        context.addHeadersEndHandler(written -> headers.set(HttpHeaders.VARY, "origin"));
                        handler.handle(context);
                    } else {
                        context.next();
                    }
                },
                PRIORITY);
    }
}
