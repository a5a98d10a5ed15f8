package dev.pgvigil.postgres;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.impl.NetClientImpl;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import io.vertx.pgclient.impl.PgConnectionFactory;
import io.vertx.sqlclient.impl.SingletonSupplier;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Connects the driver to one address of a server, with a {@link StartupGuard} and {@link ServerMessages} in front of the
 * driver. The only type that uses internals of the driver.
 */
final class PgSockets extends PgConnectionFactory {

    private static final Duration FAREWELL = Duration.ofSeconds(1);

    /** Most bytes that are read, and so decoded, before the event loop turns to other connections. */
    private static final int READ = 16 << 10;

    private final SocketAddress address;
    private final Supplier<StartupGuard> guards;
    private final Consumer<SSLSession> encrypted;
    private final boolean tls;
    private @Nullable NetClient client;
    private volatile @Nullable Channel channel;

    /**
     * Sockets to one address.
     *
     * @param address with the host name, if there is one: it is sent to the server (SNI)
     */
    PgSockets(
            Vertx vertx,
            PgConnectOptions options,
            InetAddress address,
            Supplier<StartupGuard> guards,
            Consumer<SSLSession> encrypted) {
        super((VertxInternal) vertx, SingletonSupplier.wrap(options));
        this.address = SocketAddress.inetSocketAddress(new InetSocketAddress(address, options.getPort()));
        this.guards = guards;
        this.encrypted = encrypted;
        this.tls = options.getSslMode() != SslMode.DISABLE;
    }

    @Override
    protected synchronized NetClient netClient(NetClientOptions options) {
        if (client == null) {
            NetClientOptions own = new NetClientOptions(options).setReconnectAttempts(0);
            Guarded guarded = new Guarded(own);
            clientCloseFuture.add(guarded);
            client = guarded;
        }
        return client;
    }

    /**
     * Sends what is still to be sent, and closes its side. The driver then waits for the server to close the other, which a
     * server that hangs never does: after a second the socket is closed anyway.
     */
    @Override
    public void close(Promise<Void> closed) {
        super.close(closed);
        Channel open = channel;
        if (open != null) {
            var _ = open.eventLoop().schedule(() -> end(open), FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Closes the socket at once. */
    void drop(Promise<Void> closed) {
        super.close(closed);
        Channel open = channel;
        if (open != null) {
            open.eventLoop().execute(() -> end(open));
        }
    }

    /** Past the driver's handlers. */
    private static void end(Channel channel) {
        channel.unsafe().close(channel.newPromise());
    }

    private final class Guarded extends NetClientImpl {

        Guarded(NetClientOptions options) {
            super(PgSockets.this.vertx, null, options, clientCloseFuture);
        }

        @Override
        protected void initChannel(ChannelPipeline pipeline) {
            super.initChannel(pipeline);
            channel = pipeline.channel();
            pipeline.channel()
                    .config()
                    .setRecvByteBufAllocator(new AdaptiveRecvByteBufAllocator(64, 1024, READ).maxMessagesPerRead(1));
            if (tls) {
                pipeline.addLast("startup-observer", new StartupObserver(encrypted));
            }
            pipeline.addLast("startup-guard", guards.get());
            pipeline.addLast("bounds", new ServerMessages(tls));
        }

        @Override
        @SuppressWarnings("TooManyParameters") // declared by the driver
        public void connectInternal(
                @Nullable ProxyOptions proxy,
                SocketAddress named,
                SocketAddress peer,
                @Nullable String serverName,
                boolean ssl,
                boolean alpn,
                boolean registerWriteHandlers,
                Promise<NetSocket> promise,
                ContextInternal context,
                int attempts) {
            super.connectInternal(
                    proxy, address, peer, serverName, ssl, alpn, registerWriteHandlers, promise, context, attempts);
        }
    }
}
