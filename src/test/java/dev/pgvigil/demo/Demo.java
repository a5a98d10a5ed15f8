package dev.pgvigil.demo;

import dev.pgvigil.testing.PgServer;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * Servers under load, pgvigil monitoring them, and about every minute a fault that ends by itself, until the process is ended.
 * All other processes end with it, for whatever reason it ends.
 */
final class Demo {

    private static final Duration BEFORE_THE_FIRST = Duration.ofSeconds(15);

    private Demo() {}

    /**
     * Runs the demo.
     *
     * @param args seconds from one fault to the next, at least 40; default 60
     */
    public static void main(String[] args) throws Exception {
        Duration every = Duration.ofSeconds(args.length == 0 ? 60 : Integer.parseInt(args[0]));
        Console.say("Starting three PostgreSQL servers with a shop, and pgvigil.");
        Servers servers = Servers.start();
        Product product = Product.start(servers, Product.Aot.ON);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(product)));
        product.awaitReady();
        try (Load load = Load.start(servers)) {
            Narrator narrator = new Narrator(product.address());
            Thread.ofVirtual().start(narrator);
            Console.say(guide(product, servers, load, every));
            List<Fault> faults = List.of(
                    new LockQueue(servers.primary()),
                    new ConnectionRush(servers.primary()),
                    new FrozenServer(servers.old()));
            Thread.sleep(BEFORE_THE_FIRST);
            for (int turn = 0; product.runs(); turn++) {
                happen(faults.get(turn % faults.size()), narrator, every);
            }
        }
        throw new IOException("pgvigil has ended; its log: " + product.log());
    }

    private static void happen(Fault fault, Narrator narrator, Duration every) throws Exception {
        narrator.turn("the fault");
        Console.line("fault", fault.begins());
        fault.begin();
        Thread.sleep(fault.lasts());
        fault.heal();
        narrator.turn("healing");
        Console.line("healed", fault.heals());
        Thread.sleep(every.minus(fault.lasts()));
    }

    private static void end(Product product) {
        Console.last("demo", "ends: pgvigil, then the servers");
        product.close();
    }

    private static String guide(Product product, Servers servers, Load load, Duration every) {
        URI url = product.address();
        return """

                Page      %1$s/
                API       curl -s %1$s/api/v1/fleet
                          curl -s %1$s/api/v1/databases/shop/locks
                Events    curl -sN %1$s/api/v1/events
                Metrics   curl -s %1$s/metrics | grep ^pgvigil_
                Probes    curl -si %1$s/health/ready
                          curl -si %1$s/health/database
                Servers   shop, bookings: %2$s, standby: %3$s
                          guests: %4$s
                Fleet     %6$s
                Log       %5$s

                %7$d clients are at work. Every %8$d seconds something breaks, and heals. Ctrl-C ends everything.
                """.formatted(
                        url,
                        server(servers.primary()),
                        server(servers.standby()),
                        server(servers.old()),
                        product.log(),
                        product.config(),
                        load.size(),
                        every.toSeconds());
    }

    private static String server(PgServer server) {
        return "PostgreSQL %d at %s:%d".formatted(server.major(), server.host(), server.port());
    }
}
