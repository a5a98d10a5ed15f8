package dev.pgvigil.postgres;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.SslHandler;
import java.util.function.Consumer;
import javax.net.ssl.SSLSession;

/** Reports when the TLS handshake of one connection has succeeded. */
final class StartupObserver extends ChannelOutboundHandlerAdapter {

    private final Consumer<SSLSession> encrypted;

    StartupObserver(Consumer<SSLSession> encrypted) {
        this.encrypted = encrypted;
    }

    /** The driver sends its first message as soon as the handshake has ended, which Vert.x reports to the driver only. */
    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) throws Exception {
        SslHandler ssl = ctx.pipeline().get(SslHandler.class);
        if (ssl != null && ssl.handshakeFuture().isSuccess()) {
            encrypted.accept(ssl.engine().getSession());
            super.write(ctx, message, promise);
            ctx.pipeline().remove(this);
        } else {
            super.write(ctx, message, promise);
        }
    }
}
