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
 * Applies the {@link ConnectionLimits} to each accepted connection before the HTTP server handles it. Quarkus uses the
 * connection handler of Vert.x for its own limit, which rejects probes too. Therefore this class depends on how Vert.x creates
 * server sockets.
 */
public final class AcceptedConnections implements VertxServiceProvider {

    // Limits how much is decoded, and so buffered, before the limits are checked.
    private static final int READ_BYTES = 16 << 10;

    private static volatile @Nullable ConnectionLimits limits;

    /** Applies these limits to connections accepted from now on. */
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
