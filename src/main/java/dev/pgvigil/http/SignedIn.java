package dev.pgvigil.http;

import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** Who sent a request, as set by the authentication. Pages offer a session to sign out. */
public final class SignedIn {

    private static final String SESSION = "pgvigil.signed-in";
    private static final String KEY = "pgvigil.caller";

    private SignedIn() {}

    /** Notes a caller without a session. */
    public static void mark(RoutingContext context, String name) {
        context.put(KEY, name);
    }

    /** Notes the session of a caller. */
    public static void session(RoutingContext context, String session) {
        context.put(KEY, session);
        context.put(SESSION, true);
    }

    /** True if a request was authenticated by a session. */
    public static boolean of(RoutingContext context) {
        return context.get(SESSION, false);
    }

    /** The session of the request, else the name of the caller; null: nobody has to authenticate. */
    public static @Nullable String key(RoutingContext context) {
        return context.get(KEY);
    }
}
