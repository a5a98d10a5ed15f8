package dev.pgvigil.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgvigil.http.Refusal;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** Turns whatever fails, in a resource or before it, into a problem response that gives nothing away. */
@Singleton
final class Problems {

    private static final Logger LOG = Logger.getLogger(Problems.class);

    private final ObjectMapper json;
    private final AllowedMethods methods;

    Problems(ObjectMapper json, AllowedMethods methods) {
        this.json = json;
        this.methods = methods;
    }

    // What fails outside of resources: filters, plain routes, the server's own limits.
    void register(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).failureHandler(this::answer);
    }

    @ServerExceptionMapper
    Response refused(Refusal refusal, RoutingContext context) {
        Response.ResponseBuilder response = problem(refusal.status(), refusal.detail(), context);
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
        Response.ResponseBuilder response =
                problem(thrown.getStatus(), ProblemDetails.standardDetail(thrown.getStatus()), context);
        return thrown.getStatus() == 405
                ? response.header(
                                "Allow",
                                methods.at(String.valueOf(context.request().path())))
                        .build()
                : response.build();
    }

    @ServerExceptionMapper
    Response unexpected(Throwable failure, RoutingContext context) {
        log(failure, context);
        return problem(500, ProblemDetails.standardDetail(500), context).build();
    }

    private Response.ResponseBuilder problem(int status, String detail, RoutingContext context) {
        return Response.status(status)
                .type(ProblemDetails.MEDIA_TYPE)
                .entity(rendered(ProblemDetails.of(status, detail, context)));
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
        int status = status(context.statusCode(), failure);
        if (status == 500 && failure != null) {
            log(failure, context);
        }
        String detail = failure instanceof Refusal refusal ? refusal.detail() : ProblemDetails.standardDetail(status);
        if (failure instanceof Refusal refusal) {
            refusal.headers().forEach(response::putHeader);
        }
        response.setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, ProblemDetails.MEDIA_TYPE)
                .end(rendered(ProblemDetails.of(status, detail, context)));
    }

    private static int status(int proposed, @Nullable Throwable failure) {
        return switch (failure) {
            case Refusal refusal -> refusal.status();
            case WebApplicationException thrown -> thrown.getResponse().getStatus();
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
