package dev.pgvigil.telemetry;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/**
 * Sends one scrape to one client in slices, the next when the client has taken those before. For the event loop of its
 * connection, save for {@link #progressAt} and {@link #cancel}.
 */
final class ScrapeReader {

    private static final int SLICE = 32 << 10;

    private final HttpServerResponse response;
    private final boolean compressed;
    private volatile long progressAt = System.nanoTime();
    private volatile boolean canceled;

    /**
     * A client that waits for a scrape.
     *
     * @param compressed whether it takes gzip
     */
    ScrapeReader(HttpServerResponse response, boolean compressed) {
        this.response = response;
        this.compressed = compressed;
    }

    /** When it last took something, by {@link System#nanoTime}. */
    long progressAt() {
        return progressAt;
    }

    /** Sends no more. The connection is closed. */
    void cancel() {
        canceled = true;
        response.reset();
    }

    void send(String contentType, ScrapeBody body) throws IOException {
        // The client may have gone meanwhile.
        if (response.closed() || canceled) {
            return;
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, contentType)
                .putHeader(HttpHeaders.VARY, "Accept, Accept-Encoding");
        InputStream text = body.gzip();
        if (compressed) {
            response.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip")
                    .putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(body.gzipLength()));
        } else {
            text = new GZIPInputStream(text, SLICE);
            response.putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(body.length()));
        }
        InputStream slices = text;
        response.drainHandler(drained -> write(slices));
        write(slices);
    }

    /** Ends a response without a body. */
    void sendHead(String contentType) {
        if (!response.closed()) {
            response.putHeader(HttpHeaders.CONTENT_TYPE, contentType).end();
        }
    }

    private void write(InputStream text) {
        try {
            while (!canceled && !response.closed() && !response.ended() && !response.writeQueueFull()) {
                progressAt = System.nanoTime();
                byte[] slice = text.readNBytes(SLICE);
                if (slice.length < SLICE) {
                    text.close();
                    response.end(Buffer.buffer(slice));
                } else {
                    response.write(Buffer.buffer(slice));
                }
            }
        } catch (IOException impossible) {
            response.reset();
        }
    }
}
