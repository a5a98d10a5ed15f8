package dev.pgvigil.http;

import io.vertx.ext.web.RoutingContext;

/** Whether a request came in by a session, which its reader can end. The door knows, and pages show it. */
public final class SignedIn {

    private static final String KEY = "pgvigil.signed-in";

    private SignedIn() {}

    public static void mark(RoutingContext context) {
        context.put(KEY, true);
    }

    public static boolean of(RoutingContext context) {
        return context.get(KEY, false);
    }
}
