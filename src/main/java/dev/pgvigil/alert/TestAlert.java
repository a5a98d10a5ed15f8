package dev.pgvigil.alert;

import dev.pgvigil.alert.channel.Channel;
import dev.pgvigil.alert.channel.ChannelClient;
import dev.pgvigil.alert.channel.Delivery;
import dev.pgvigil.alert.channel.Sample;
import dev.pgvigil.config.CheckConfig;
import dev.pgvigil.config.Settings;
import io.vertx.core.Vertx;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The command {@code test-alert RECEIVER [FILE]}: sends one test to a receiver of the configuration, and prints what came of it. */
public final class TestAlert {

    public static final String NAME = "test-alert";

    private static final int DELIVERED = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    private TestAlert() {}

    /**
     * Runs the command.
     *
     * @param args arguments after the name of the command
     * @return the exit status: 0 if the receiver has the test, 1 if not, 2 for wrong usage
     */
    public static int run(List<String> args, PrintStream out, PrintStream err) {
        if (args.isEmpty() || args.size() > 2) {
            err.println("usage: pgvigil test-alert RECEIVER [FILE]; without FILE, that of PGVIGIL_CONFIG");
            return USAGE;
        }
        String file = args.size() == 2 ? args.get(1) : System.getenv("PGVIGIL_CONFIG");
        if (file == null || file.isBlank()) {
            err.println("name a configuration file, or set PGVIGIL_CONFIG");
            return USAGE;
        }
        Optional<Settings> settings = CheckConfig.settings(file, err);
        return settings.map(all -> send(args.getFirst(), all.get(AlertsSection.class), out, err))
                .orElse(FAILED);
    }

    static int send(String receiver, AlertSettings settings, PrintStream out, PrintStream err) {
        Channel channel = settings.receivers().get(receiver);
        if (channel == null) {
            err.println("no receiver is named " + receiver + "; there are "
                    + settings.receivers().keySet().stream().sorted().toList());
            return USAGE;
        }
        Vertx vertx = Vertx.vertx();
        try (ChannelClient client = new ChannelClient(vertx, settings.outbound(), settings.messages())) {
            Delivery delivery = channel.send(Sample.notification(receiver, Instant.now()), client)
                    .subscribeAsCompletionStage()
                    .get(2 * settings.outbound().timeout().toMillis(), TimeUnit.MILLISECONDS);
            return switch (delivery) {
                case Delivery.Delivered(String receipt) -> {
                    out.println(receiver + " has it" + (receipt == null ? "" : ": " + receipt));
                    yield DELIVERED;
                }
                case Delivery.Failed(String reason, var _) -> failed(receiver, reason, err);
                case Delivery.Refused(String reason) -> failed(receiver, reason, err);
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return failed(receiver, "interrupted", err);
        } catch (ExecutionException | TimeoutException e) {
            return failed(receiver, e.getClass().getSimpleName(), err);
        } finally {
            vertx.close();
        }
    }

    private static int failed(String receiver, String reason, PrintStream err) {
        err.println(receiver + " does not have it: " + reason);
        return FAILED;
    }
}
