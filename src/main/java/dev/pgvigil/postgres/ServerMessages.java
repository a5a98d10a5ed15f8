package dev.pgvigil.postgres;

import dev.pgvigil.postgres.Failure.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Limits work whose size the server chooses, before the driver does it on an event loop that other servers share: the SCRAM
 * iterations, and the length of a message. Over a limit the connection fails with a {@link FailureException} that names it.
 */
final class ServerMessages extends ChannelInboundHandlerAdapter {

    /** Takes less than a tenth of a second. PostgreSQL's own default is 4,096. */
    static final int MOST_ITERATIONS = 100_000;

    /** An answer is decoded row by row; each row is one message. */
    static final int LONGEST = 16 << 20;

    /** Errors, notices and other asynchronous messages. */
    static final int LONGEST_UNASKED = 256 << 10;

    private static final int HEADER = 5;
    private static final int LONGEST_AUTHENTICATION = 2000;
    private static final byte[] SASL_CONTINUE = {0, 0, 0, 11};
    private static final Pattern ITERATIONS = Pattern.compile("(?:^|,)i=(\\d{1,18})(?:,|$)");

    private final byte[] header = new byte[HEADER];
    private int headerRead;
    private int bodyLeft;
    private @Nullable ByteArrayOutputStream authentication;
    private boolean tlsAnswer;

    /** @param tls whether the first byte is the answer to the TLS request */
    ServerMessages(boolean tls) {
        this.tlsAnswer = tls;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws IOException {
        if (message instanceof ByteBuf bytes) {
            if (tlsAnswer) {
                tlsAnswer = false;
            } else {
                Failure failure = read(bytes);
                if (failure != null) {
                    ReferenceCountUtil.release(message);
                    context.fireExceptionCaught(new FailureException(failure));
                    var _ = context.close();
                    return;
                }
            }
        }
        context.fireChannelRead(message);
    }

    private @Nullable Failure read(ByteBuf bytes) throws IOException {
        int at = bytes.readerIndex();
        while (at < bytes.writerIndex()) {
            Failure failure = null;
            if (headerRead < HEADER) {
                header[headerRead++] = bytes.getByte(at++);
                failure = headerRead == HEADER ? begun() : null;
            } else {
                int step = Math.min(bodyLeft, bytes.writerIndex() - at);
                if (authentication != null) {
                    bytes.getBytes(at, authentication, step);
                }
                at += step;
                bodyLeft -= step;
            }
            if (failure == null && headerRead == HEADER && bodyLeft == 0) {
                failure = ended();
            }
            if (failure != null) {
                return failure;
            }
        }
        return null;
    }

    private @Nullable Failure begun() {
        int length = (header[1] & 0xff) << 24 | (header[2] & 0xff) << 16 | (header[3] & 0xff) << 8 | (header[4] & 0xff);
        bodyLeft = length - Integer.BYTES;
        int longest = switch (header[0]) {
            case 'R' -> LONGEST_AUTHENTICATION;
            case 'E', 'N', 'A', 'S' -> LONGEST_UNASKED;
            default -> LONGEST;
        };
        authentication = header[0] == 'R' ? new ByteArrayOutputStream() : null;
        return bodyLeft < 0 || bodyLeft > longest
                ? Failure.of(
                        Reason.UNSUPPORTED,
                        "the server sent a message of " + Integer.toUnsignedString(length)
                                + " bytes, of which pgvigil takes " + longest + " at most")
                : null;
    }

    private @Nullable Failure ended() {
        headerRead = 0;
        return authentication == null ? null : tooManyIterations(authentication.toByteArray());
    }

    private static @Nullable Failure tooManyIterations(byte[] body) {
        if (body.length < SASL_CONTINUE.length || Arrays.mismatch(body, SASL_CONTINUE) != SASL_CONTINUE.length) {
            return null;
        }
        String challenge =
                new String(body, SASL_CONTINUE.length, body.length - SASL_CONTINUE.length, StandardCharsets.US_ASCII);
        Matcher iterations = ITERATIONS.matcher(challenge);
        return iterations.find() && Long.parseLong(iterations.group(1)) > MOST_ITERATIONS
                ? Failure.of(
                        Reason.AUTH,
                        "the server demands " + iterations.group(1) + " SCRAM iterations, of which pgvigil does "
                                + MOST_ITERATIONS
                                + " at most: set scram_iterations lower and set the role's password anew")
                : null;
    }
}
