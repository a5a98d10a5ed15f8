package dev.pgvigil.http;

import java.util.Map;

/** An answer other than success, as a problem response. Its message is shown to the caller, so it holds no secret. */
public final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final int status;
    private final transient Map<String, String> headers;

    private Refusal(int status, String detail, Map<String, String> headers) {
        super(detail, null, false, false);
        this.status = status;
        this.headers = headers;
    }

    /** The caller's mistake: what was found and what is allowed. */
    public static Refusal badRequest(String detail) {
        return of(400, detail);
    }

    public static Refusal notFound(String detail) {
        return of(404, detail);
    }

    public static Refusal of(int status, String detail) {
        return new Refusal(status, detail, Map.of());
    }

    /** This refusal, answered with one header. */
    public Refusal header(String name, String value) {
        return new Refusal(status, detail(), Map.of(name, value));
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
