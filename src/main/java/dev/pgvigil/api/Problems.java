package dev.pgvigil.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgvigil.http.ProblemException;
import dev.pgvigil.http.Query;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.security.ForbiddenException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.MIMEHeader;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/**
 * Converts errors, in a resource or before it, to problem responses without internal details. A browser that opens an unknown
 * path gets a page.
 */
@Singleton
final class Problems {

    private static final Logger LOG = Logger.getLogger(Problems.class);

    private final ObjectMapper json;
    private final AllowedMethods methods;

    @CheckedTemplate(basePath = "api")
    static final class Templates {

        private Templates() {}

        static native TemplateInstance nowhere(String path);
    }

    private record Body(String type, String text) {}

    Problems(ObjectMapper json, AllowedMethods methods) {
        this.json = json;
        this.methods = methods;
    }

    // Errors outside of resources: filters, plain routes, limits of the server.
    void register(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).failureHandler(this::answer);
    }

    @ServerExceptionMapper
    Response refused(ProblemException refusal, RoutingContext context) {
        Response.ResponseBuilder response =
                response(refusal.status(), problem(refusal.status(), refusal.detail(), context));
        refusal.headers().forEach(response::header);
        return response.build();
    }

    @ServerExceptionMapper
    Response thrown(WebApplicationException exception, RoutingContext context) {
        Response thrown = exception.getResponse();
        if (thrown.getStatus() < 400) {
            return thrown;
        }
        if (thrown.getStatus() >= 500) {
            log(exception, context);
        }
        int status = refined(thrown.getStatus(), context);
        Response.ResponseBuilder response = response(status, unexplained(status, context));
        return status == 405
                ? response.header(
                                "Allow",
                                methods.at(String.valueOf(context.request().path())))
                        .build()
                : response.build();
    }

    /** A resource needs another role than the policy for all paths. */
    @ServerExceptionMapper
    Response forbidden(ForbiddenException refusal, RoutingContext context) {
        return response(403, unexplained(403, context)).build();
    }

    @ServerExceptionMapper
    Response unexpected(Throwable failure, RoutingContext context) {
        log(failure, context);
        return response(500, unexplained(500, context)).build();
    }

    private static Response.ResponseBuilder response(int status, Body body) {
        return Response.status(status).type(body.type).entity(body.text);
    }

    private void answer(RoutingContext context) {
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        if (response.headWritten()) {
            response.reset();
            return;
        }
        Throwable failure = context.failure();
        int status = refined(status(context.statusCode(), failure), context);
        if (status == 500 && failure != null) {
            log(failure, context);
        }
        Body body = failure instanceof ProblemException refusal
                ? problem(status, refusal.detail(), context)
                : unexplained(status, context);
        if (failure instanceof ProblemException refusal) {
            refusal.headers().forEach(response::putHeader);
        }
        if (status == 405 && !response.headers().contains(HttpHeaders.ALLOW)) {
            response.putHeader(
                    HttpHeaders.ALLOW,
                    methods.at(String.valueOf(context.request().path())));
        }
        response.setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, body.type)
                .end(body.text);
    }

    /** Replaces a 404 of the server by 405 for files and for paths that several resources share. */
    private int refined(int status, RoutingContext context) {
        return status == 404
                        && methods.refuse(
                                context.request().method().name(),
                                String.valueOf(context.request().path()))
                ? 405
                : status;
    }

    /** The default response for an error without a message. */
    private Body unexplained(int status, RoutingContext context) {
        return status == 404 && forPerson(context)
                ? new Body(
                        "text/html;charset=UTF-8",
                        Templates.nowhere(Query.shown(
                                        String.valueOf(context.request().path())))
                                .render())
                : problem(status, ProblemDetails.standardDetail(status), context);
    }

    private Body problem(int status, String detail, RoutingContext context) {
        return new Body(ProblemDetails.MEDIA_TYPE, rendered(ProblemDetails.of(status, detail, context)));
    }

    /** True if the header Accept prefers HTML, as browsers do when they open a page. */
    private static boolean forPerson(RoutingContext context) {
        List<MIMEHeader> accepted = context.parsedHeaders().accept();
        return !accepted.isEmpty() && accepted.getFirst().value().equalsIgnoreCase(MediaType.TEXT_HTML);
    }

    private static int status(int proposed, @Nullable Throwable failure) {
        return switch (failure) {
            case ProblemException refusal -> refusal.status();
            case WebApplicationException thrown -> thrown.getResponse().getStatus();
            case ForbiddenException refused -> 403;
            case RejectedExecutionException rejected -> 503;
            case null, default -> proposed < 400 ? 500 : proposed;
        };
    }

    private String rendered(ProblemDetails problem) {
        try {
            return json.writeValueAsString(problem);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static void log(Throwable failure, RoutingContext context) {
        LOG.errorf(failure, "request %s failed", RequestId.of(context));
    }
}
