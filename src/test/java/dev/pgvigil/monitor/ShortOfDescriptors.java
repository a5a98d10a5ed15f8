package dev.pgvigil.monitor;

import dev.pgvigil.check.Status;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.config.Secret;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Tls;
import dev.pgvigil.target.Target;
import java.io.FileInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A process that has no descriptors left when it first logs in with a password, and later has: prints the statuses of that
 * target, one a line. Before, it connects to a target without a password and TLS, which loads the classes of pgvigil, in
 * directories here. Arguments: port, user, password, TLS mode.
 */
final class ShortOfDescriptors {

    private static final Duration SHORTAGE = Duration.ofSeconds(4);

    private ShortOfDescriptors() {}

    public static void main(String... args) throws Exception {
        Server server = new Server(
                "127.0.0.1",
                Integer.parseInt(args[0]),
                args[1],
                new Secret(args[2]),
                new Tls(Tls.Mode.valueOf(args[3])));
        Target target = Target.of("shop", server, "postgres");
        Target plain = Target.of(
                "plain",
                new Server("127.0.0.1", server.port(), "postgres", null, new Tls(Tls.Mode.DISABLE)),
                "postgres");
        List<FileInputStream> held = new ArrayList<>();
        try (Monitoring monitoring = Monitoring.with(List.of(new Heartbeat()))) {
            monitoring.follow(plain);
            monitoring.awaitStatus("plain", Status.HEALTHY);
            take(held);
            monitoring.follow(plain, target);
            print(monitoring, SHORTAGE);
            for (FileInputStream descriptor : held) {
                descriptor.close();
            }
            System.out.println("FREED");
            print(monitoring, SHORTAGE.plus(SHORTAGE));
        }
        Runtime.getRuntime().halt(0);
    }

    private static void take(List<FileInputStream> held) {
        try {
            while (true) {
                held.add(new FileInputStream("/dev/null"));
            }
        } catch (IOException none) {
            // that was the last
        }
    }

    private static void print(Monitoring monitoring, Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            System.out.println(
                    monitoring.fleet().snapshot().targets().containsKey("shop")
                            ? monitoring.status("shop") + " "
                                    + monitoring.state("shop").findings()
                            : "NONE");
            Thread.sleep(500);
        }
    }
}
