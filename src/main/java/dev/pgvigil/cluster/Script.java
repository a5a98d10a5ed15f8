package dev.pgvigil.cluster;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;

/** A Lua script, sent by its digest; in full if Redis does not know it, as after each of its restarts. */
final class Script {

    private final String text;
    private final String digest;

    Script(String text) {
        this.text = text;
        this.digest = digest(text);
    }

    /** Whether Redis answered that it does not know the script. */
    static boolean unknown(Throwable failure) {
        // The protocol's code of an error is the first word of its line; the rest is for people.
        return String.valueOf(failure.getMessage()).startsWith("NOSCRIPT ");
    }

    Future<Response> run(RedisNode redis, Duration within, List<String> keys, List<String> arguments) {
        return redis.send(request(Command.EVALSHA, digest, keys, arguments), within)
                .recover(failure -> unknown(failure)
                        ? redis.send(request(Command.EVAL, text, keys, arguments), within)
                        : Future.failedFuture(failure));
    }

    /** The script in full, for a batch: the first of it makes the script known. */
    Request whole(List<String> keys) {
        return start(Command.EVAL, text, keys);
    }

    Request known(List<String> keys) {
        return start(Command.EVALSHA, digest, keys);
    }

    private static Request request(Command command, String script, List<String> keys, List<String> arguments) {
        Request request = start(command, script, keys);
        arguments.forEach(request::arg);
        return request;
    }

    private static Request start(Command command, String script, List<String> keys) {
        Request request = Request.cmd(command).arg(script).arg(keys.size());
        keys.forEach(request::arg);
        return request;
    }

    private static String digest(String text) {
        try {
            // Redis names scripts by SHA-1.
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
