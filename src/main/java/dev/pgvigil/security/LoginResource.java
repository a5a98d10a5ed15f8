package dev.pgvigil.security;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.NewCookie;
import java.time.Duration;
import java.time.Instant;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;
import org.jspecify.annotations.Nullable;

/** The login for browsers, which cannot send the token with every request: a login creates a session. */
@Path("/")
@NonBlocking
public final class LoginResource {

    private final TokenProvider tokenProvider;
    private final AuthFailures failures;
    private final long bodyLimit;

    @CheckedTemplate(basePath = "security")
    static final class Templates {

        private Templates() {}

        static native TemplateInstance login(boolean wrong, String to);
    }

    LoginResource(
            TokenProvider tokenProvider,
            AuthFailures failures,
            @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize bodyLimit) {
        this.tokenProvider = tokenProvider;
        this.failures = failures;
        this.bodyLimit = bodyLimit.asLongValue();
    }

    @GET
    @Path("login")
    @Produces(MediaType.TEXT_HTML)
    @Operation(hidden = true)
    public TemplateInstance form(@RestQuery @Nullable String to) {
        return Templates.login(false, RedirectTarget.of(to));
    }

    @POST
    @Path("login")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @Produces(MediaType.TEXT_HTML)
    @Operation(hidden = true)
    public Uni<RestResponse<TemplateInstance>> login(HttpServerRequest request) {
        return LoginForm.read(request, bodyLimit).map(form -> login(form, request));
    }

    private RestResponse<TemplateInstance> login(LoginForm form, HttpServerRequest request) {
        String token = form.token();
        String destination = RedirectTarget.of(form.to());
        Token right = tokenProvider.token();
        if (right == null) {
            return see(destination).build();
        }
        if (token == null || !right.matches(token.strip())) {
            failures.wrong(request);
            return ResponseBuilder.create(RestResponse.Status.UNAUTHORIZED, Templates.login(true, destination))
                    .build();
        }
        return see(destination)
                .cookie(cookie(Session.issue(right, Instant.now()), Session.TIME, request))
                .build();
    }

    @POST
    @Path("logout")
    @Operation(hidden = true)
    public RestResponse<TemplateInstance> logout(HttpServerRequest request) {
        return see("/login").cookie(cookie("", Duration.ZERO, request)).build();
    }

    private static ResponseBuilder<TemplateInstance> see(String path) {
        return ResponseBuilder.<TemplateInstance>create(RestResponse.Status.SEE_OTHER)
                .header("Location", path);
    }

    // With Strict, a link from another application would require a new login.
    private static NewCookie cookie(String value, Duration time, HttpServerRequest request) {
        return new NewCookie.Builder(Session.COOKIE)
                .value(value)
                .path("/")
                .maxAge((int) time.toSeconds())
                .httpOnly(true)
                .secure(encrypted(request))
                .sameSite(NewCookie.SameSite.LAX)
                .build();
    }

    /** True if the browser's connection is encrypted, here or by a proxy. A false header only affects its sender. */
    private static boolean encrypted(HttpServerRequest request) {
        return request.isSSL() || "https".equalsIgnoreCase(request.getHeader("X-Forwarded-Proto"));
    }
}
