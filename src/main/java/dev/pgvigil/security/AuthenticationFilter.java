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

/** Lets in who has the token, or a session made with it; and everybody where no token is configured. */
@Singleton
final class AuthenticationFilter {

    private static final int PRIORITY = 800;
    private static final String SCHEME = "Bearer ";

    private final TokenProvider keyring;
    private final AuthFailures refused;

    AuthenticationFilter(TokenProvider keyring, AuthFailures refused) {
        this.keyring = keyring;
        this.refused = refused;
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, PRIORITY);
    }

    void check(RoutingContext context) {
        HttpServerRequest request = context.request();
        Token token = keyring.token();
        if (token == null || PublicPaths.contain(String.valueOf(request.path())) || admitted(context, token)) {
            context.next();
        } else if (navigates(request)) {
            context.response()
                    .setStatusCode(303)
                    .putHeader(HttpHeaders.LOCATION, RedirectTarget.afterLogin(String.valueOf(request.uri())))
                    .end();
        } else {
            context.fail(ProblemException.of(401, "this path needs the header Authorization: Bearer and the token")
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
            refused.count(AuthFailures.Reason.MISSING);
            return false;
        }
        if (!Session.valid(cookie.getValue(), token, Instant.now())) {
            refused.count(AuthFailures.Reason.SESSION);
            return false;
        }
        if (!ours(request) && !followsLink(request)) {
            refused.count(AuthFailures.Reason.SITE);
            return false;
        }
        SignedIn.mark(context);
        return true;
    }

    private boolean bearer(HttpServerRequest request, String authorization, Token token) {
        boolean right = authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                && token.matches(authorization.substring(SCHEME.length()).strip());
        if (!right) {
            refused.wrong(request);
        }
        return right;
    }

    /** Whether one of our pages asks, or the person. SameSite=Lax takes other ports of one host for the same site. */
    private static boolean ours(HttpServerRequest request) {
        @Nullable String site = request.getHeader("Sec-Fetch-Site");
        return site == null || site.equals("same-origin") || site.equals("none");
    }

    /** Whether a person comes by a link from elsewhere, and so sees the answer, as the page with the link does not. */
    private static boolean followsLink(HttpServerRequest request) {
        return HttpMethod.GET.equals(request.method())
                && "navigate".equals(request.getHeader("Sec-Fetch-Mode"))
                && "document".equals(request.getHeader("Sec-Fetch-Dest"));
    }

    /** Whether a person's browser opens a page. */
    private static boolean navigates(HttpServerRequest request) {
        @Nullable String accept = request.getHeader(HttpHeaders.ACCEPT);
        return HttpMethod.GET.equals(request.method())
                && request.getHeader(HttpHeaders.AUTHORIZATION) == null
                && accept != null
                && accept.contains("text/html");
    }
}
