package dev.pgvigil.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** One HTTP/1.1 connection that repeats the same request, one at a time. */
final class Connection {

    private static final byte[] LENGTH = "content-length:".getBytes(StandardCharsets.US_ASCII);
    private static final int CASE = 0x20;

    private final SocketChannel channel;
    private final ByteBuffer request;
    private final ByteBuffer answer = ByteBuffer.allocateDirect(256 << 10);
    private long due;
    private boolean asking;
    private int status;

    Connection(InetSocketAddress address, String path, Selector selector) throws IOException {
        byte[] text = ("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        request = ByteBuffer.allocateDirect(text.length).put(text);
        channel = SocketChannel.open(address);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, this);
    }

    /** Sends the request; latency counts from when it was due. */
    void ask(long dueAt) throws IOException {
        due = dueAt;
        asking = true;
        answer.clear();
        request.flip();
        while (request.hasRemaining()) {
            channel.write(request);
        }
    }

    /** Reads available data; true when the answer is complete. */
    boolean hear() throws IOException {
        if (channel.read(answer) < 0) {
            throw new IOException("the server closed the connection");
        }
        int head = head();
        if (head < 0 || !complete(head)) {
            return false;
        }
        status = digit(9) * 100 + digit(10) * 10 + digit(11);
        asking = false;
        return true;
    }

    boolean asking() {
        return asking;
    }

    long due() {
        return due;
    }

    /** The status of the latest answer. */
    int status() {
        return status;
    }

    /** Index of the end of the answer's header; -1 if it is incomplete. */
    private int head() {
        for (int i = 3; i < answer.position(); i++) {
            if (answer.get(i) == '\n' && answer.get(i - 2) == '\n') {
                return i + 1;
            }
        }
        return -1;
    }

    /** Long answers come in chunks, without a length. */
    private boolean complete(int head) throws IOException {
        for (int i = 0; i < head - LENGTH.length; i++) {
            if (lengthAt(i)) {
                int length = 0;
                for (int at = i + LENGTH.length; answer.get(at) != '\r'; at++) {
                    length = answer.get(at) == ' ' ? length : length * 10 + digit(at);
                }
                return answer.position() >= head + length;
            }
        }
        return chunks(head);
    }

    private boolean chunks(int head) throws IOException {
        int at = head;
        while (true) {
            int size = 0;
            for (; at < answer.position() && answer.get(at) != '\r'; at++) {
                int digit = Character.digit(answer.get(at), 16);
                if (digit < 0) {
                    throw new IOException("an answer without content-length or chunks");
                }
                size = size * 16 + digit;
            }
            // The size, the chunk and the end of line after each.
            at += 2 + size + 2;
            if (at > answer.position()) {
                return false;
            }
            if (size == 0) {
                return true;
            }
        }
    }

    private boolean lengthAt(int start) {
        for (int i = 0; i < LENGTH.length; i++) {
            byte is = answer.get(start + i);
            if ((is >= 'A' && is <= 'Z' ? is | CASE : is) != LENGTH[i]) {
                return false;
            }
        }
        return true;
    }

    private int digit(int at) {
        return answer.get(at) - '0';
    }
}
