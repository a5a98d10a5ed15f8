package dev.pgvigil.security;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Sets the security headers of responses: browsers may run only pgvigil's own files. */
@Singleton
final class AnswerHeaders {

    private static final int PRIORITY = 950;

    private static final String POLICY = String.join(
            "; ",
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'");

    void register(@Observes Filters filters) {
        filters.register(AnswerHeaders::add, PRIORITY);
    }

    private static void add(RoutingContext context) {
        MultiMap headers = context.response().headers();
        headers.set("Content-Security-Policy", POLICY);
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("X-Frame-Options", "DENY");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cross-Origin-Opener-Policy", "same-origin");
        if (context.request().isSSL()) {
            headers.set("Strict-Transport-Security", "max-age=31536000");
        }
        // The URLs of libraries contain their version.
        boolean library = String.valueOf(context.request().path()).startsWith("/webjars/");
        headers.set("Cache-Control", library ? "private, max-age=86400" : "no-store");
        context.next();
    }
}
