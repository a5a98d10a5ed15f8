package dev.pgvigil.telemetry;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/**
 * Sends one scrape to one client in slices; the next slice when the client has read the previous ones. Confined to the event
 * loop of the connection, except {@link #progressAt} and {@link #cancel}.
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
     * @param compressed true if the client accepts gzip
     */
    ScrapeReader(HttpServerResponse response, boolean compressed) {
        this.response = response;
        this.compressed = compressed;
    }

    /** Time of the last progress, by {@link System#nanoTime}. */
    long progressAt() {
        return progressAt;
    }

    /** Stops sending and closes the connection. */
    void cancel() {
        canceled = true;
        response.reset();
    }

    void send(String contentType, ScrapeBody body) throws IOException {
        // The client may have disconnected meanwhile.
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

    /** Sends a response without a body. */
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
