package dev.pgvigil.dashboard;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * The static files of the pages, compressed once. The compression of Quarkus would add a compressor to every connection and
 * unpack a native library; its file handler would unpack files into a temporary directory.
 */
@Singleton
final class StaticAssets {

    /** After the authentication filter. */
    private static final int PRIORITY = 50; // after the authorization of Quarkus, which is at 100

    /** Files of pgvigil and of libraries. No segment is empty or begins with a dot. */
    private static final Pattern FILE =
            Pattern.compile("(?:/webjars(?!.*/[./])/[A-Za-z0-9._/-]+|/[a-z-]+)\\.(css|js|svg)");

    private static final Map<String, String> TYPES = Map.of(
            "css", "text/css;charset=UTF-8",
            "js", "text/javascript;charset=UTF-8",
            "svg", "image/svg+xml");

    private final Vertx vertx;
    /** By path; limited by the number of files in the jars. */
    private final Map<String, Packed> packed = new ConcurrentHashMap<>();

    /**
     * A compressed file.
     *
     * @param tag identifies the content. The modification time does not: it is the time when this process unpacked the file,
     *     and may be newer on a replica with the older release
     */
    private record Packed(String tag, String type, Buffer content, Buffer plain) {}

    StaticAssets(Vertx vertx) {
        this.vertx = vertx;
    }

    void register(@Observes Filters filters) {
        // In development mode, files change.
        if (LaunchMode.current() != LaunchMode.DEVELOPMENT) {
            filters.register(this::answer, PRIORITY);
        }
    }

    /** Requested by browsers when a response names no icon, such as JSON. */
    void register(@Observes Router router) {
        router.get("/favicon.ico").order(1).handler(context -> context.redirect("/icon.svg"));
    }

    private void answer(RoutingContext context) {
        HttpServerRequest request = context.request();
        boolean read = HttpMethod.GET.equals(request.method()) || HttpMethod.HEAD.equals(request.method());
        Matcher path = FILE.matcher(String.valueOf(request.path()));
        if (!read || !path.matches()) {
            context.next();
            return;
        }
        Packed known = packed.get(path.group());
        if (known != null) {
            answer(context, known);
            return;
        }
        vertx.executeBlocking(() -> pack(path), false)
                .onSuccess(file -> file.ifPresentOrElse(found -> answer(context, found), context::next))
                .onFailure(context::fail);
    }

    private static void answer(RoutingContext context, Packed file) {
        HttpServerRequest request = context.request();
        HttpServerResponse response = context.response()
                .putHeader(HttpHeaders.ETAG, file.tag)
                .putHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
        // The URLs of libraries contain their version, so browsers may cache them without revalidation.
        if (!String.valueOf(request.path()).startsWith("/webjars/")) {
            response.putHeader(HttpHeaders.CACHE_CONTROL, "private, no-cache");
        }
        String kept = request.getHeader(HttpHeaders.IF_NONE_MATCH);
        String encodings = request.getHeader(HttpHeaders.ACCEPT_ENCODING);
        if (kept != null && kept.contains(file.tag)) {
            response.setStatusCode(304).end();
        } else if (encodings != null && encodings.contains("gzip")) {
            response.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip")
                    .putHeader(HttpHeaders.CONTENT_TYPE, file.type)
                    .end(file.content);
        } else {
            response.putHeader(HttpHeaders.CONTENT_TYPE, file.type).end(file.plain);
        }
    }

    private Optional<Packed> pack(Matcher path) throws IOException {
        try (InputStream file = StaticAssets.class.getResourceAsStream("/META-INF/resources" + path.group())) {
            if (file == null) {
                return Optional.empty();
            }
            byte[] plain = file.readAllBytes();
            CRC32 content = new CRC32();
            content.update(plain);
            // Weak, because the file is sent both compressed and plain.
            String tag = "W/\"%08x\"".formatted(content.getValue());
            Packed made = new Packed(
                    tag,
                    String.valueOf(TYPES.get(path.group(1))),
                    RenderedPage.compressed(plain),
                    Buffer.buffer(plain));
            packed.put(path.group(), made);
            return Optional.of(made);
        }
    }
}
