package dev.pgvigil.http;

import java.util.Map;

/** An error that is sent as a problem response. Its message is shown to the client, so it contains no secret. */
public final class ProblemException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final int status;
    private final transient Map<String, String> headers;

    private ProblemException(int status, String detail, Map<String, String> headers) {
        super(detail, null, false, false);
        this.status = status;
        this.headers = headers;
    }

    /** An error in the request: the value and the allowed values. */
    public static ProblemException badRequest(String detail) {
        return of(400, detail);
    }

    public static ProblemException notFound(String detail) {
        return of(404, detail);
    }

    public static ProblemException of(int status, String detail) {
        return new ProblemException(status, detail, Map.of());
    }

    /** This error with a header for the response. */
    public ProblemException header(String name, String value) {
        return new ProblemException(status, detail(), Map.of(name, value));
    }

    public int status() {
        return status;
    }

    public String detail() {
        return String.valueOf(getMessage());
    }

    public Map<String, String> headers() {
        return headers;
    }
}
