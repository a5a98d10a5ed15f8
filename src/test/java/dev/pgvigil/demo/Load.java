package dev.pgvigil.demo;

import dev.pgvigil.testing.PgServer;
import java.util.List;

/** The clients of all databases: a fixed number, each with one connection. */
final class Load implements AutoCloseable {

    private final List<Thread> threads;

    private Load(List<Thread> threads) {
        this.threads = threads;
    }

    static Load start(Servers servers) {
        List<Client> clients = List.of(
                client(servers.primary(), "shop", "web-shop", Shop::order, 60),
                client(servers.primary(), "shop", "web-shop", Shop::order, 60),
                client(servers.primary(), "shop", "web-shop", Shop::search, 30),
                client(servers.primary(), "shop", "reports", Shop::bestsellers, 400),
                client(servers.primary(), "bookings", "booking-api", Bookings::book, 50),
                client(servers.primary(), "bookings", "booking-api", Bookings::free, 80),
                client(servers.standby(), "shop", "search-api", Shop::search, 40),
                client(servers.standby(), "shop", "reports", Shop::bestsellers, 500),
                client(servers.old(), "guests", "guest-list", Guests::list, 60),
                client(servers.old(), "guests", "invitations", Guests::answer, 90));
        return new Load(clients.stream().map(Thread::startVirtualThread).toList());
    }

    /** Number of clients. */
    int size() {
        return threads.size();
    }

    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
    }

    private static Client client(PgServer server, String database, String application, Client.Work work, int pauseMs) {
        return new Client(() -> server.jdbc(database, database + "_app", null, application), work, pauseMs);
    }
}
