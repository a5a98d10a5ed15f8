package dev.pgvigil.security;

import dev.pgvigil.http.ProblemException;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields of the login form. They are decoded here, because the form decoder of Quarkus does not respond to a body that it
 * cannot decode and logs the body, which contains the token.
 *
 * @param user the name entered; null: none, the token is that of pgvigil
 * @param token the token or the password entered; null: none
 * @param to the path to open after the login; null: none
 */
record LoginForm(
        @Nullable String user,
        @Nullable String token,
        @Nullable String to) {

    private static final int FIELDS = 8;
    private static final int LONGEST_NAME = 63;

    /** The name as it is shown and counted; empty: none. A user's name is no longer. */
    String userName() {
        String name = user == null ? "" : user.strip();
        return name.substring(0, Math.min(name.length(), LONGEST_NAME + 1));
    }

    /**
     * Reads the form from a request without blocking.
     *
     * @param limit maximum size of the body in bytes
     */
    static Uni<LoginForm> read(HttpServerRequest request, long limit) {
        return Uni.createFrom()
                .<Buffer>emitter(emitter -> read(request, limit, emitter))
                .map(LoginForm::parse);
    }

    private static void read(HttpServerRequest request, long limit, UniEmitter<? super Buffer> emitter) {
        Buffer body = Buffer.buffer();
        request.handler(part -> {
            if (body.length() + part.length() > limit) {
                emitter.fail(ProblemException.of(413, "the body is too large; allowed: " + limit + " bytes")
                        .header("Connection", "close"));
            } else {
                body.appendBuffer(part);
            }
        });
        request.endHandler(end -> emitter.complete(body));
        request.exceptionHandler(emitter::fail);
        request.resume();
    }

    /**
     * Decodes a body of type {@code application/x-www-form-urlencoded}.
     *
     * @throws ProblemException with status 400 and without any part of the body
     */
    private static LoginForm parse(Buffer body) {
        try {
            Map<String, List<String>> fields = new QueryStringDecoder(
                            body.toString(StandardCharsets.UTF_8), StandardCharsets.UTF_8, false, FIELDS, true)
                    .parameters();
            return new LoginForm(first(fields, "user"), first(fields, "token"), first(fields, "to"));
        } catch (IllegalArgumentException undecodable) {
            throw ProblemException.badRequest(
                    "the form cannot be decoded: a percent sign is not followed by two hexadecimal digits");
        }
    }

    private static @Nullable String first(Map<String, List<String>> fields, String name) {
        List<String> values = fields.getOrDefault(name, List.of());
        return values.isEmpty() ? null : values.getFirst();
    }
}
