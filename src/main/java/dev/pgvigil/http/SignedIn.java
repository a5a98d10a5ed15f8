package dev.pgvigil.http;

import io.vertx.ext.web.RoutingContext;

/** True if a request was authenticated by a session; pages then offer to sign out. Set by the authentication filter. */
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
