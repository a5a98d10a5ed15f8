package dev.pgvigil.postgres;

import io.netty.util.NetUtil;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Resolves a host name to all its addresses, in the order of the operating system's resolver, as libpq does. The resolver
 * blocks: it has its own threads, and each name has one lookup at a time, so that unanswered lookups delay few others.
 */
@Singleton
public class HostAddresses {

    private static final int THREADS = 32;

    /** Resolves a name; may block. */
    interface Resolver {
        List<InetAddress> resolve(String host) throws UnknownHostException;
    }

    private final WorkerExecutor threads;
    private final Resolver resolver;
    private final Map<String, Future<List<InetAddress>>> lookups = new ConcurrentHashMap<>();

    @Inject
    HostAddresses(Vertx vertx) {
        this(vertx, host -> List.of(InetAddress.getAllByName(host)));
    }

    HostAddresses(Vertx vertx, Resolver resolver) {
        this.threads = vertx.createSharedWorkerExecutor("host-addresses", THREADS);
        this.resolver = resolver;
    }

    /**
     * At least one address, each with the host name; fails with an {@link UnknownHostException}. May complete on any thread.
     */
    Future<List<InetAddress>> of(String host) {
        if (NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)) {
            return Future.succeededFuture(List.of(NetUtil.createInetAddressFromIpAddressString(host)));
        }
        Future<List<InetAddress>> lookup = lookups.computeIfAbsent(
                host, name -> threads.executeBlocking(() -> named(name, resolver.resolve(name)), false));
        return lookup.onComplete(end -> lookups.remove(host, lookup));
    }

    private static List<InetAddress> named(String host, List<InetAddress> addresses) throws UnknownHostException {
        List<InetAddress> named = new ArrayList<>();
        for (InetAddress address : addresses) {
            named.add(
                    address instanceof Inet6Address six && six.getScopeId() != 0
                            ? Inet6Address.getByAddress(host, six.getAddress(), six.getScopeId())
                            : InetAddress.getByAddress(host, address.getAddress()));
        }
        return List.copyOf(new LinkedHashSet<>(named));
    }
}
