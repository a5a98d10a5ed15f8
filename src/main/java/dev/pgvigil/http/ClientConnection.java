package dev.pgvigil.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The connection of a client. Handles one request at a time: the next pipelined request is passed on after the previous
 * response was written to the socket. All fields except volatile ones are confined to its event loop.
 */
final class ClientConnection extends ChannelDuplexHandler {

    private static final String ENCODER = "httpEncoder";

    /** The event that a connection waits for. */
    enum Phase {
        /** The client's next request. */
        IDLE,
        /** The rest of a request, or of a TLS handshake. */
        READING,
        /** The server's response. */
        WORKING,
        /** The client, which has to read the response. */
        WRITING
    }

    private final ConnectionLimits limits;
    private final Messages messages = new Messages();

    private @Nullable ChannelHandlerContext context;
    private boolean watchesMessages;
    private boolean closed;
    private long progress = -1;
    private long progressAt;

    private volatile Phase phase = Phase.IDLE;
    private volatile long since = System.nanoTime();
    private volatile long unread;

    ClientConnection(ConnectionLimits limits) {
        this.limits = limits;
    }

    Phase phase() {
        return phase;
    }

    /** Start of this phase. */
    long since() {
        return since;
    }

    /** Number of bytes of responses not yet written to the socket. */
    long unread() {
        return unread;
    }

    /** Closes the connection at once and discards unread data. Thread-safe. */
    void close() {
        ChannelHandlerContext own = context;
        if (own != null) {
            own.executor().execute(() -> {
                var _ = own.close();
            });
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext own) {
        // Other servers in this process, such as those of tests, use HTTP/2 without TLS.
        ChannelPipeline pipeline = own.pipeline();
        if (pipeline.get(ENCODER) == null && pipeline.get("ssl") == null) {
            pipeline.remove(this);
        } else {
            context = own;
            watchMessages();
            limits.admit(this);
        }
        own.fireChannelActive();
    }

    /** With TLS the pipeline is complete only after the handshake. */
    private void watchMessages() {
        ChannelHandlerContext own = context;
        if (own != null && !watchesMessages && own.pipeline().get(ENCODER) != null) {
            own.pipeline().addAfter(ENCODER, "messages", messages);
            watchesMessages = true;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext own, Object message) {
        if (phase == Phase.IDLE && message instanceof ByteBuf) {
            enter(Phase.READING);
        }
        watchMessages();
        own.fireChannelRead(message);
    }

    @Override
    public void flush(ChannelHandlerContext own) {
        own.flush();
        countUnread();
    }

    @Override
    public void channelInactive(ChannelHandlerContext own) {
        closed = true;
        limits.remove(this);
        unread = 0;
        own.fireChannelInactive();
    }

    private void enter(Phase next) {
        since = System.nanoTime();
        phase = next;
    }

    private void countUnread() {
        if (closed) {
            return;
        }
        ChannelOutboundBuffer buffer = buffer();
        long bytes = buffer == null ? 0 : buffer.totalPendingWriteBytes();
        boolean grew = bytes > unread;
        if (bytes != unread) {
            unread = bytes;
        }
        if (grew) {
            limits.unreadGrew();
        }
    }

    private @Nullable ChannelOutboundBuffer buffer() {
        ChannelHandlerContext own = context;
        return own == null ? null : own.channel().unsafe().outboundBuffer();
    }

    /** Called once a second: closes the connection if its client exceeds a time limit. Thread-safe. */
    void tick() {
        ChannelHandlerContext own = context;
        if (own != null && (phase == Phase.READING || phase == Phase.WRITING || unread > 0)) {
            own.executor().execute(this::checkDeadlines);
        }
    }

    private void checkDeadlines() {
        countUnread();
        long now = System.nanoTime();
        noteProgress(now);
        ConnectionLimits.Overrun overrun = switch (phase) {
            case IDLE -> null;
            case READING -> ConnectionLimits.reading(now - since);
            case WORKING -> unread == 0 ? null : ConnectionLimits.streaming(now - progressAt);
            case WRITING -> ConnectionLimits.writing(now - since, now - progressAt);
        };
        if (overrun != null) {
            limits.close(this, overrun);
        }
    }

    private void noteProgress(long now) {
        ChannelOutboundBuffer buffer = buffer();
        long left = buffer == null ? 0 : buffer.totalPendingWriteBytes() - buffer.currentProgress();
        if (left != progress) {
            progress = left;
            progressAt = now;
        }
    }

    /** Handles decoded messages; the enclosing handler handles bytes. */
    private final class Messages extends ChannelDuplexHandler {

        private final Queue<Object> held = new ArrayDeque<>();
        private int heldRequests;
        private boolean received;
        private boolean answered = true;
        private boolean releasing;

        /** True if the server has received a complete request and not yet sent its response. */
        private boolean owes() {
            return received && !answered;
        }

        @Override
        public void channelRead(ChannelHandlerContext own, Object message) {
            if (!owes() && held.isEmpty()) {
                handOn(own, message);
                return;
            }
            held.add(message);
            own.channel().config().setAutoRead(false);
            if (message instanceof HttpRequest && ++heldRequests > ConnectionLimits.PIPELINED) {
                limits.close(ClientConnection.this, ConnectionLimits.Overrun.PIPELINE);
            }
        }

        private void handOn(ChannelHandlerContext own, Object message) {
            if (message instanceof HttpRequest) {
                received = false;
                answered = false;
            }
            if (message instanceof LastHttpContent) {
                received = true;
                if (phase != Phase.WRITING) {
                    enter(answered ? Phase.IDLE : Phase.WORKING);
                }
            }
            own.fireChannelRead(message);
        }

        @Override
        public void write(ChannelHandlerContext own, Object message, ChannelPromise promise) {
            if (message instanceof LastHttpContent && !interim(message)) {
                progressAt = System.nanoTime();
                enter(Phase.WRITING);
                ChannelPromise heard = promise.unvoid().addListener(written -> answered(own, written.isSuccess()));
                var _ = own.write(message, heard);
            } else {
                var _ = own.write(message, promise);
            }
        }

        /** True for an interim response such as 100 Continue, which the actual response follows. */
        private static boolean interim(Object message) {
            return message instanceof HttpResponse response
                    && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        }

        private void answered(ChannelHandlerContext own, boolean written) {
            if (!written) {
                // The connection is closed; the held messages are released.
                return;
            }
            answered = true;
            enter(received ? Phase.IDLE : Phase.READING);
            countUnread();
            release(own);
        }

        /** Passes on held messages up to the next request whose response is not written at once. */
        private void release(ChannelHandlerContext own) {
            if (releasing || held.isEmpty()) {
                return;
            }
            releasing = true;
            while (!held.isEmpty() && !owes()) {
                while (!held.isEmpty() && !owes()) {
                    Object message = held.remove();
                    heldRequests -= message instanceof HttpRequest ? 1 : 0;
                    handOn(own, message);
                }
                // The server now flushes its responses.
                own.fireChannelReadComplete();
            }
            releasing = false;
            Channel channel = own.channel();
            if (held.isEmpty() && channel.isActive()) {
                channel.config().setAutoRead(true);
            }
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext own) {
            held.forEach(ReferenceCountUtil::release);
            held.clear();
        }
    }
}
