package dev.pgvigil.health;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Probes like a kubelet: a new connection each time, and a timeout of one second. */
record Kubelet(int port) {

    private static final int PATIENCE_MS = 1000;

    /**
     * A response.
     *
     * @param code 0: no response within the timeout
     */
    record Reply(int code, Map<String, String> headers, String body) {

        static final Reply NONE = new Reply(0, Map.of(), "{}");

        boolean answered() {
            return code != 0;
        }

        JsonObject json() {
            return new JsonObject(body);
        }

        String status() {
            return json().getString("status");
        }

        JsonObject data(String check) {
            return json().getJsonArray("checks").stream()
                    .map(JsonObject.class::cast)
                    .filter(part -> part.getString("name").equals(check))
                    .map(part -> part.getJsonObject("data"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(body));
        }
    }

    Reply get(String path) {
        return ask("GET", path);
    }

    Reply ask(String method, String path) {
        try {
            HttpURLConnection connection = (HttpURLConnection)
                    URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
            connection.setRequestMethod(method);
            connection.setRequestProperty("Connection", "close");
            connection.setConnectTimeout(PATIENCE_MS);
            connection.setReadTimeout(PATIENCE_MS);
            return reply(connection);
        } catch (SocketTimeoutException e) {
            return Reply.NONE;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Reply reply(HttpURLConnection connection) throws IOException {
        int code = connection.getResponseCode();
        return new Reply(
                code,
                Map.of(
                        "Content-Type", String.valueOf(connection.getHeaderField("Content-Type")),
                        "Cache-Control",
                                connection.getHeaderFields().entrySet().stream()
                                        .filter(field -> "Cache-Control".equalsIgnoreCase(field.getKey()))
                                        .flatMap(field -> field.getValue().stream())
                                        .collect(Collectors.joining("; "))),
                text(code < 400 ? connection.getInputStream() : connection.getErrorStream()));
    }

    private static String text(@Nullable InputStream body) throws IOException {
        if (body == null) {
            return "";
        }
        try (body) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
