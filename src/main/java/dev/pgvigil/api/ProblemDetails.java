package dev.pgvigil.api;

import dev.pgvigil.http.Query;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.ext.web.RoutingContext;

/**
 * The body of an error response, as in RFC 9457.
 *
 * @param type always {@code about:blank}: the status is sufficient
 * @param title the status in words
 * @param detail the error and how to correct it
 * @param instance the path of the request
 * @param requestId the id of the request in the log
 */
public record ProblemDetails(String type, String title, int status, String detail, String instance, String requestId) {

    static final String MEDIA_TYPE = "application/problem+json";

    static ProblemDetails of(int status, String detail, RoutingContext context) {
        return new ProblemDetails(
                "about:blank",
                HttpResponseStatus.valueOf(status).reasonPhrase(),
                status,
                detail,
                Query.shown(String.valueOf(context.request().path())),
                RequestId.of(context));
    }

    /** The default detail of a status. */
    static String standardDetail(int status) {
        return switch (status) {
            case 400 -> "the request cannot be read";
            case 403 -> "requests from this origin are not allowed";
            case 404 -> "this path does not exist; see /openapi";
            case 405 -> "this path does not support the method; the header Allow lists the supported ones";
            case 406 -> "this path has no response of a type in the header Accept";
            case 413 -> "the body is too large";
            case 415 -> "this path does not support this Content-Type";
            case 500 -> "an internal error of pgvigil; its log has details under this request_id";
            case 503 -> "pgvigil is overloaded";
            default -> HttpResponseStatus.valueOf(status).reasonPhrase();
        };
    }
}
