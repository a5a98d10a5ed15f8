package dev.pgvigil.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.ongres.scram.common.util.TlsServerEndpoint;
import dev.pgvigil.postgres.Failure.Cause;
import dev.pgvigil.postgres.Failure.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a server's messages during startup, before the driver does, and ends the attempt with a {@link FailureException} where
 * libpq would and the driver would not, or would not report why: no password to send, an unsupported method, missing channel
 * binding, no TLS, not PostgreSQL. Serves one connection.
 */
final class StartupGuard extends ByteToMessageDecoder {

    private static final int TYPE_AND_LENGTH = 1 + Integer.BYTES;
    /** libpq's limit for messages during startup. */
    private static final int LONGEST = 30_000;

    private static final String DURING_STARTUP = "RESKNZv";

    private final boolean password;

    private final boolean bindChannel;
    private final Runnable authenticated;
    private boolean awaitsTlsAnswer;
    private boolean bound;
    private boolean ended;

    /**
     * Guards one connection.
     *
     * @param tls whether the connection requests TLS first
     * @param password whether there is a password to send
     * @param bindChannel whether SCRAM with channel binding is required
     * @param authenticated called when the server has accepted the login
     */
    StartupGuard(boolean tls, boolean password, boolean bindChannel, Runnable authenticated) {
        this.awaitsTlsAnswer = tls;
        this.password = password;
        this.bindChannel = bindChannel;
        this.authenticated = authenticated;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (ended) {
            in.skipBytes(in.readableBytes());
        } else if (awaitsTlsAnswer) {
            awaitsTlsAnswer = false;
            pass(ctx, in, 1, tlsAnswered(in), out);
        } else if (in.readableBytes() >= TYPE_AND_LENGTH) {
            message(ctx, in, out);
        }
    }

    private void message(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        char type = (char) in.getByte(in.readerIndex());
        int length = in.getInt(in.readerIndex() + 1);
        boolean text = (length >>> (Byte.SIZE * (Integer.BYTES - 1))) >= ' ';
        if (type == 'E' && text) {
            pass(ctx, in, 0, oldError(in), out);
        } else if (DURING_STARTUP.indexOf(type) < 0 || text || length < Integer.BYTES) {
            pass(ctx, in, 0, notPostgres(), out);
        } else if (length > LONGEST) {
            pass(ctx, in, 0, tooLong(length), out);
        } else if (in.readableBytes() > length) {
            ByteBuf body = in.slice(in.readerIndex() + TYPE_AND_LENGTH, length - Integer.BYTES);
            pass(ctx, in, 1 + length, refusal(ctx, type, body), out);
            if (type == 'Z') {
                ctx.pipeline().remove(this);
            }
        }
    }

    private void pass(ChannelHandlerContext ctx, ByteBuf in, int bytes, @Nullable Failure refusal, List<Object> out) {
        if (refusal == null) {
            out.add(in.readRetainedSlice(bytes));
        } else {
            ended = true;
            in.skipBytes(in.readableBytes());
            ctx.fireExceptionCaught(new FailureException(refusal));
            var _ = ctx.close();
        }
    }

    /** Plain text after the answer would be taken for encrypted data (CVE-2021-23222). */
    private static @Nullable Failure tlsAnswered(ByteBuf in) {
        return switch (in.getByte(in.readerIndex())) {
            case 'S' ->
                in.readableBytes() == 1
                        ? null
                        : Failure.of(
                                Reason.TLS,
                                "the server sent data in plain text behind its answer to the request for TLS");
            case 'N' -> Failure.of(Reason.TLS, Cause.NO_TLS, "the server does not support TLS");
            // The peer is not authenticated yet, so its text is not shown (CVE-2024-10977).
            case 'E' -> Failure.of(Reason.CONNECT, "the server answered the request for TLS with an error");
            default -> notPostgres();
        };
    }

    /**
     * A server that cannot start a process for the connection sends an error in the format of protocol 2: a text after the E.
     */
    private static Failure oldError(ByteBuf in) {
        in.skipBytes(1);
        return Failure.of(
                Reason.CONNECT,
                "the server has no process for the connection: " + FailureClassifier.oneLine(string(in)));
    }

    private @Nullable Failure refusal(ChannelHandlerContext ctx, char type, ByteBuf body) {
        return switch (type) {
            case 'R' -> body.readableBytes() < Integer.BYTES ? notPostgres() : authentication(ctx, body);
            case 'S' -> parameter(string(body), string(body));
            default -> null;
        };
    }

    private @Nullable Failure authentication(ChannelHandlerContext ctx, ByteBuf request) {
        return switch (request.readInt()) {
            case 0 -> admitted();
            case 2 -> unsupported("Kerberos 5");
            case 3 -> byPassword("a password in clear");
            case 5 -> byPassword("an MD5 password");
            case 6 -> unsupported("SCM credentials");
            case 7, 8 -> unsupported("GSSAPI");
            case 9 -> unsupported("SSPI");
            case 10 -> bySasl(ctx, strings(request));
            case 11, 12 -> null;
            default -> unsupported("an unknown method");
        };
    }

    private @Nullable Failure admitted() {
        if (bindChannel && !bound) {
            return unbound("the server lets the role in without SCRAM");
        }
        authenticated.run();
        return null;
    }

    private @Nullable Failure byPassword(String what) {
        if (!password) {
            return noPassword();
        }
        return bindChannel ? unbound("the server asks for " + what) : null;
    }

    private @Nullable Failure bySasl(ChannelHandlerContext ctx, List<String> mechanisms) {
        boolean plus = mechanisms.contains("SCRAM-SHA-256-PLUS");
        if (!plus && !mechanisms.contains("SCRAM-SHA-256")) {
            return unsupported(mechanisms.isEmpty() ? "SASL without a mechanism" : String.join(", ", mechanisms));
        }
        if (!password) {
            return noPassword();
        }
        bound = plus && hasBindingData(ctx);
        return bindChannel && !bound ? unbound("this connection does not offer SCRAM-SHA-256-PLUS") : null;
    }

    /** By the driver's rule. */
    private static boolean hasBindingData(ChannelHandlerContext ctx) {
        SslHandler ssl = ctx.pipeline().get(SslHandler.class);
        try {
            return ssl != null
                    && ssl.engine().getSession().getPeerCertificates()[0] instanceof X509Certificate certificate
                    && TlsServerEndpoint.getChannelBindingData(certificate).length > 0;
        } catch (SSLPeerUnverifiedException | CertificateEncodingException e) {
            return false;
        }
    }

    /** The driver supports UTF-8 only, and requested it. */
    private static @Nullable Failure parameter(String name, String value) {
        return name.equals("client_encoding") && !value.equalsIgnoreCase("UTF8") && !value.equalsIgnoreCase("UTF-8")
                ? Failure.of(Reason.UNSUPPORTED, "the session was given client_encoding " + value + " in place of UTF8")
                : null;
    }

    private static Failure noPassword() {
        return Failure.of(Reason.AUTH, Cause.NO_PASSWORD, "no password supplied");
    }

    private static Failure unsupported(String method) {
        return Failure.of(
                Reason.AUTH,
                Cause.AUTH_METHOD_UNSUPPORTED,
                "the server asks for authentication by " + method + ", which pgvigil does not support");
    }

    private static Failure unbound(String why) {
        return Failure.of(Reason.AUTH, Cause.NO_CHANNEL_BINDING, "channel_binding=require: " + why);
    }

    private static Failure tooLong(int length) {
        return Failure.of(
                Reason.UNSUPPORTED,
                "the server sent a message of " + length + " bytes, of which pgvigil takes " + LONGEST
                        + " at most during startup");
    }

    private static Failure notPostgres() {
        return Failure.of(
                Reason.UNSUPPORTED, Cause.NOT_POSTGRESQL, "what answers does not speak PostgreSQL's protocol");
    }

    private static List<String> strings(ByteBuf in) {
        List<String> strings = new ArrayList<>();
        while (in.isReadable()) {
            String next = string(in);
            if (!next.isEmpty()) {
                strings.add(next);
            }
        }
        return strings;
    }

    private static String string(ByteBuf in) {
        int end = in.bytesBefore((byte) 0);
        String text =
                in.readCharSequence(end < 0 ? in.readableBytes() : end, UTF_8).toString();
        if (in.isReadable()) {
            in.skipBytes(1);
        }
        return text;
    }

    /** Vert.x discards the cause of a failed handshake; the driver would only report that it failed. */
    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        SslHandler ssl = ctx.pipeline().get(SslHandler.class);
        Throwable cause = ssl == null || ended ? null : ssl.handshakeFuture().cause();
        if (cause != null) {
            ended = true;
            ctx.fireExceptionCaught(cause);
        }
        super.channelInactive(ctx);
    }
}
