package dev.pgvigil.state.events;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A client of the event stream that reads at the speed of the test. */
final class Listening implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Socket socket = new Socket();
    private final BufferedReader in;
    private final List<String> head = new ArrayList<>();

    /** One event, or a comment with the name {@code :}. */
    record Received(String id, String name, String data) {

        /** The sequence number in the id, after the epoch. */
        long sequence() {
            return Long.parseLong(id.substring(id.indexOf('-') + 1));
        }

        JsonNode json() {
            try {
                return JSON.readTree(data);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Sends the request, and reads the head of the response. */
    Listening(int port, String path, String... headers) throws IOException {
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(20_000);
        // HTTP/1.0, so that the response is not chunked.
        String request = "GET " + path + " HTTP/1.0\r\nHost: localhost\r\n"
                + String.join(
                        "",
                        List.of(headers).stream().map(header -> header + "\r\n").toList()) + "\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            head.add(line);
        }
    }

    List<String> head() {
        return head;
    }

    /** Waits for the next event; throws {@link IOException} at the end of the stream. */
    Received next() throws IOException {
        String id = "";
        String name = "";
        String data = "";
        for (String line = line(); ; line = line()) {
            if (line.isEmpty()) {
                if (!name.isEmpty()) {
                    return new Received(id, name, data);
                }
            } else if (line.startsWith(":")) {
                name = ":";
            } else {
                String value = line.substring(line.indexOf(' ') + 1);
                switch (line.substring(0, line.indexOf(':'))) {
                    case "id" -> id = value;
                    case "event" -> name = value;
                    case "data" -> data = value;
                    default -> {}
                }
            }
        }
    }

    private String line() throws IOException {
        String line = in.readLine();
        if (line == null) {
            throw new IOException("the stream ended");
        }
        return line;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
