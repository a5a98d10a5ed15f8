package dev.pgvigil.api;

import dev.pgvigil.http.Query;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.ext.web.RoutingContext;

/**
 * An answer other than success, as RFC 9457 wants it.
 *
 * @param type always {@code about:blank}: the status says the kind
 * @param title the status in words
 * @param detail what was wrong with this request and what to do
 * @param instance the path that was asked for
 * @param requestId to look for in the log
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

    /** What there is to say of a status that no resource explained. */
    static String standardDetail(int status) {
        return switch (status) {
            case 400 -> "the request cannot be read";
            case 403 -> "this origin may not read here";
            case 404 -> "nothing is at this path; /openapi lists what there is";
            case 405 -> "this path does not know the method; the header Allow lists those it knows";
            case 406 -> "this path has no answer of a type that the header Accept allows";
            case 413 -> "the body is too large";
            case 415 -> "this path does not take a body of this Content-Type";
            case 500 -> "an error inside pgvigil; its log tells more under this request_id";
            case 503 -> "pgvigil is too busy to answer";
            default -> HttpResponseStatus.valueOf(status).reasonPhrase();
        };
    }
}
