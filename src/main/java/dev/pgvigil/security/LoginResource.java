package dev.pgvigil.security;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.credential.PasswordCredential;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.request.UsernamePasswordAuthenticationRequest;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.NewCookie;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;
import org.jspecify.annotations.Nullable;

/** The login for browsers, with the token or as a user of the configuration: a login creates a session. */
@Path("/")
@NonBlocking
public final class LoginResource {

    private final Identities identities;
    private final Sessions sessions;
    private final IdentityProviderManager providers;
    private final SignInLimit limit;
    private final AuthFailures failures;
    private final AuditLog audit;
    private final long bodyLimit;

    @CheckedTemplate(basePath = "security")
    static final class Templates {

        private Templates() {}

        static native TemplateInstance login(boolean users, String user, @Nullable String error, String to);
    }

    LoginResource(
            Identities identities,
            Sessions sessions,
            IdentityProviderManager providers,
            SignInLimit limit,
            AuthFailures failures,
            AuditLog audit,
            @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize bodyLimit) {
        this.identities = identities;
        this.sessions = sessions;
        this.providers = providers;
        this.limit = limit;
        this.failures = failures;
        this.audit = audit;
        this.bodyLimit = bodyLimit.asLongValue();
    }

    @GET
    @Path("login")
    @Produces(MediaType.TEXT_HTML)
    @Operation(hidden = true)
    public TemplateInstance form(@RestQuery @Nullable String to) {
        return Templates.login(identities.users(), "", null, RedirectTarget.of(to));
    }

    @POST
    @Path("login")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @Produces(MediaType.TEXT_HTML)
    @Operation(hidden = true)
    public Uni<RestResponse<TemplateInstance>> login(HttpServerRequest request) {
        return LoginForm.read(request, bodyLimit).flatMap(form -> login(form, request));
    }

    private Uni<RestResponse<TemplateInstance>> login(LoginForm form, HttpServerRequest request) {
        if (!identities.required()) {
            return Uni.createFrom().item(see(RedirectTarget.of(form.to())).build());
        }
        String client = AuthFailures.client(request);
        Duration wait = limit.attempt(client, form.userName());
        if (!wait.isZero()) {
            return Uni.createFrom().item(limited(form, client, wait));
        }
        return caller(form)
                .map(name -> {
                    limit.succeeded(client, form.userName());
                    audit.add(name, client, "sign-in", "", "ok");
                    return see(RedirectTarget.of(form.to()))
                            .cookie(cookie(sessions.begin(name), sessions.time(), request))
                            .build();
                })
                .onFailure(AuthenticationFailedException.class)
                .recoverWithItem(() -> {
                    failures.wrong(request);
                    audit.add(form.userName(), client, "sign-in", "", "refused");
                    return again(
                                    RestResponse.Status.UNAUTHORIZED,
                                    form,
                                    identities.users() ? "Wrong user or password." : "Wrong token.")
                            .build();
                });
    }

    /** The name of the caller; fails if the credentials are wrong. */
    private Uni<String> caller(LoginForm form) {
        String secret = form.token() == null ? "" : form.token();
        if (form.userName().isEmpty()) {
            Identities.Caller caller = identities.bearer(secret.strip());
            return caller != null && caller.name().equals(Identities.TOKEN)
                    ? Uni.createFrom().item(caller.name())
                    : Uni.createFrom().failure(new AuthenticationFailedException("wrong token"));
        }
        return providers
                .authenticate(new UsernamePasswordAuthenticationRequest(
                        form.userName(), new PasswordCredential(secret.toCharArray())))
                .map(identity -> identity.getPrincipal().getName());
    }

    private RestResponse<TemplateInstance> limited(LoginForm form, String client, Duration wait) {
        failures.count(AuthFailures.Reason.LIMIT);
        audit.add(form.userName(), client, "sign-in", "", "limited");
        long seconds = Math.max(1, wait.toSeconds());
        return again(
                        RestResponse.Status.TOO_MANY_REQUESTS,
                        form,
                        "Too many failed attempts. Try again in " + seconds + " s.")
                .header("Retry-After", seconds)
                .build();
    }

    private ResponseBuilder<TemplateInstance> again(RestResponse.Status status, LoginForm form, String error) {
        return ResponseBuilder.create(
                status, Templates.login(identities.users(), form.userName(), error, RedirectTarget.of(form.to())));
    }

    @POST
    @Path("logout")
    @Operation(hidden = true)
    public RestResponse<TemplateInstance> logout(HttpServerRequest request) {
        Cookie cookie = request.getCookie(Sessions.COOKIE);
        Sessions.Open ended = cookie == null ? null : sessions.end(cookie.getValue());
        if (ended != null) {
            audit.add(ended.name(), AuthFailures.client(request), "sign-out", "", "ok");
        }
        return see("/login").cookie(cookie("", Duration.ZERO, request)).build();
    }

    private static ResponseBuilder<TemplateInstance> see(String path) {
        return ResponseBuilder.<TemplateInstance>create(RestResponse.Status.SEE_OTHER)
                .header("Location", path);
    }

    // With Strict, a link from another application would require a new login.
    private static NewCookie cookie(String value, Duration time, HttpServerRequest request) {
        return new NewCookie.Builder(Sessions.COOKIE)
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
