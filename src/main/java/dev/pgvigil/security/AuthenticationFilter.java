package dev.pgvigil.security;

import dev.pgvigil.http.ProblemException;
import dev.pgvigil.http.SignedIn;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Authenticates requests by the token or by a session; accepts all requests if no token is configured. */
@Singleton
final class AuthenticationFilter {

    private static final int PRIORITY = 800;
    private static final String SCHEME = "Bearer ";

    private final TokenProvider tokenProvider;
    private final AuthFailures failures;

    AuthenticationFilter(TokenProvider tokenProvider, AuthFailures failures) {
        this.tokenProvider = tokenProvider;
        this.failures = failures;
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, PRIORITY);
    }

    void check(RoutingContext context) {
        HttpServerRequest request = context.request();
        Token token = tokenProvider.token();
        if (token == null || PublicPaths.contain(String.valueOf(request.path())) || admitted(context, token)) {
            context.next();
        } else if (navigates(request)) {
            context.response()
                    .setStatusCode(303)
                    .putHeader(HttpHeaders.LOCATION, RedirectTarget.afterLogin(String.valueOf(request.uri())))
                    .end();
        } else {
            context.fail(ProblemException.of(401, "this path requires the header Authorization: Bearer <token>")
                    .header("WWW-Authenticate", "Bearer realm=\"pgvigil\""));
        }
    }

    private boolean admitted(RoutingContext context, Token token) {
        HttpServerRequest request = context.request();
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (authorization != null) {
            return bearer(request, authorization, token);
        }
        Cookie cookie = request.getCookie(Session.COOKIE);
        if (cookie == null) {
            failures.count(AuthFailures.Reason.MISSING);
            return false;
        }
        if (!Session.valid(cookie.getValue(), token, Instant.now())) {
            failures.count(AuthFailures.Reason.SESSION);
            return false;
        }
        if (!ours(request) && !followsLink(request)) {
            failures.count(AuthFailures.Reason.SITE);
            return false;
        }
        SignedIn.mark(context);
        return true;
    }

    private boolean bearer(HttpServerRequest request, String authorization, Token token) {
        boolean right = authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                && token.matches(authorization.substring(SCHEME.length()).strip());
        if (!right) {
            failures.wrong(request);
        }
        return right;
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
