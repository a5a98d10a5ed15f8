package dev.pgvigil.http;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.vertx.core.impl.VertxBuilder;
import io.vertx.core.impl.transports.JDKTransport;
import io.vertx.core.spi.VertxServiceProvider;
import org.jspecify.annotations.Nullable;

/**
 * Puts each accepted connection under the {@link ConnectionLimits} before the HTTP server sees it. Vert.x has a handler of
 * connections, but Quarkus sets it for a limit that refuses probes too; so this is the one place that knows how Vert.x
 * makes its server sockets.
 */
public final class AcceptedConnections implements VertxServiceProvider {

    // No more is decoded at a time, and so held, before the limits are looked at.
    private static final int READ_BYTES = 16 << 10;

    private static volatile @Nullable ConnectionLimits limits;

    /** From now on, accepted connections are under these limits. */
    static void limit(ConnectionLimits own) {
        limits = own;
    }

    @Override
    public void init(VertxBuilder builder) {
        if (builder.findTransport() instanceof JDKTransport) {
            builder.findTransport(new Transport());
        }
    }

    private static final class Transport extends JDKTransport {

        @Override
        public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
            return domainSocket ? super.serverChannelFactory(true) : Transport::serverChannel;
        }

        private static ServerChannel serverChannel() {
            ServerChannel channel = new NioServerSocketChannel();
            channel.pipeline().addFirst("accepted", new Accepted());
            return channel;
        }
    }

    private static final class Accepted extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ConnectionLimits own = limits;
            if (own != null && message instanceof Channel channel) {
                channel.config()
                        .setRecvByteBufAllocator(
                                new AdaptiveRecvByteBufAllocator(64, 2048, READ_BYTES).maxMessagesPerRead(1));
                channel.pipeline().addFirst("client", new ClientConnection(own));
            }
            context.fireChannelRead(message);
        }
    }
}
