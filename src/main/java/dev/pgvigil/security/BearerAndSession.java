package dev.pgvigil.security;

import dev.pgvigil.http.ProblemException;
import dev.pgvigil.http.SignedIn;
import dev.pgvigil.security.Identities.Caller;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * Authenticates requests by a bearer token or by a browser's session. Browsers without one are sent to the login page. While no
 * credential is configured, which is allowed on loopback alone, every caller is an admin.
 */
@Singleton
final class BearerAndSession implements HttpAuthenticationMechanism {

    private static final String SCHEME = "Bearer ";

    /** In each line of the log that concerns the request. */
    private static final String USER = "user";

    private final Identities identities;
    private final Sessions sessions;
    private final AuthFailures failures;

    BearerAndSession(Identities identities, Sessions sessions, AuthFailures failures) {
        this.identities = identities;
        this.sessions = sessions;
        this.failures = failures;
    }

    /** The caller; null item: none, which {@link AccessPolicy} refuses where a caller is needed. */
    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext context, IdentityProviderManager providers) {
        Caller caller = identities.required() ? caller(context) : Identities.local();
        if (caller == null) {
            return Uni.createFrom().nullItem();
        }
        if (identities.required()) {
            MDC.put(USER, caller.name());
        }
        return Uni.createFrom().item(caller.identity());
    }

    private @Nullable Caller caller(RoutingContext context) {
        HttpServerRequest request = context.request();
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (authorization != null) {
            return bearer(context, authorization);
        }
        Cookie cookie = request.getCookie(Sessions.COOKIE);
        if (cookie == null) {
            failures.count(AuthFailures.Reason.MISSING);
            return null;
        }
        Sessions.Open session = sessions.of(cookie.getValue());
        Caller caller = session == null ? null : identities.named(session.name());
        if (session == null || caller == null) {
            failures.count(AuthFailures.Reason.SESSION);
            return null;
        }
        if (!ours(request) && !followsLink(request)) {
            failures.count(AuthFailures.Reason.SITE);
            return null;
        }
        SignedIn.session(context, session.key());
        return caller;
    }

    private @Nullable Caller bearer(RoutingContext context, String authorization) {
        boolean bearer = authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
        Caller caller = bearer
                ? identities.bearer(authorization.substring(SCHEME.length()).strip())
                : null;
        if (caller == null) {
            failures.wrong(context.request());
        } else {
            SignedIn.mark(context, caller.name());
        }
        return caller;
    }

    @Override
    public Uni<Boolean> sendChallenge(RoutingContext context) {
        if (navigates(context.request())) {
            context.response()
                    .setStatusCode(303)
                    .putHeader(
                            HttpHeaders.LOCATION,
                            RedirectTarget.afterLogin(
                                    String.valueOf(context.request().uri())))
                    .end();
        } else {
            context.fail(ProblemException.of(401, "this path requires the header Authorization: Bearer <token>")
                    .header("WWW-Authenticate", "Bearer realm=\"pgvigil\""));
        }
        return Uni.createFrom().item(true);
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return Uni.createFrom()
                .item(new ChallengeData(
                        HttpResponseStatus.UNAUTHORIZED.code(), "WWW-Authenticate", "Bearer realm=\"pgvigil\""));
    }

    /** True for a request of a page of pgvigil or of the user. SameSite=Lax treats other ports of a host as the same site. */
    private static boolean ours(HttpServerRequest request) {
        @Nullable String site = request.getHeader("Sec-Fetch-Site");
        return site == null || site.equals("same-origin") || site.equals("none");
    }

    /** True if the user follows a link of another site: the browser shows the response to the user, not to that site. */
    private static boolean followsLink(HttpServerRequest request) {
        return HttpMethod.GET.equals(request.method())
                && "navigate".equals(request.getHeader("Sec-Fetch-Mode"))
                && "document".equals(request.getHeader("Sec-Fetch-Dest"));
    }

    /** True if a browser opens a page. */
    private static boolean navigates(HttpServerRequest request) {
        @Nullable String accept = request.getHeader(HttpHeaders.ACCEPT);
        return HttpMethod.GET.equals(request.method())
                && request.getHeader(HttpHeaders.AUTHORIZATION) == null
                && accept != null
                && accept.contains("text/html");
    }
}
