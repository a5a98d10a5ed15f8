package dev.pgvigil.alert;

import dev.pgvigil.alert.channel.Channel;
import dev.pgvigil.alert.channel.ChannelClient;
import dev.pgvigil.alert.channel.Delivery;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import org.jboss.logging.Logger;

/** Sends what is due in the outbox, and decides when to try again. Attempts run elsewhere; the rest on the worker. */
final class Sender {

    private static final Logger LOG = Logger.getLogger(Sender.class);
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final int DOUBLINGS = 9;

    private final Outbox outbox;
    private final Executor worker;
    private final InstantSource clock;
    private final DoubleSupplier random;

    Sender(Outbox outbox, Executor worker, InstantSource clock) {
        this(outbox, worker, clock, () -> ThreadLocalRandom.current().nextDouble());
    }

    Sender(Outbox outbox, Executor worker, InstantSource clock, DoubleSupplier random) {
        this.outbox = outbox;
        this.worker = worker;
        this.clock = clock;
        this.random = random;
    }

    void send(Map<String, Channel> channels, ChannelClient client, Duration giveUp) {
        for (Outbox.Entry entry : outbox.claim(clock.instant())) {
            Channel channel = channels.get(entry.notification().receiver());
            if (channel == null) {
                outbox.bury(entry, "the receiver is not configured any more", clock.instant());
                continue;
            }
            channel.send(entry.notification(), client)
                    .onFailure()
                    .recoverWithItem(failure -> new Delivery.Failed("the channel failed: " + failure, null))
                    .emitOn(worker)
                    .subscribe()
                    .with(delivery -> settle(entry, delivery, giveUp, clock.instant()));
        }
    }

    private void settle(Outbox.Entry entry, Delivery delivery, Duration giveUp, Instant now) {
        String receiver = entry.notification().receiver();
        switch (delivery) {
            case Delivery.Delivered(String receipt) -> {
                LOG.debugf(
                        "%s has notification %s (%s)",
                        receiver, entry.notification().id(), receipt);
                outbox.delivered(entry, now);
            }
            case Delivery.Refused(String reason) -> bury(entry, reason, now);
            case Delivery.Failed(String reason, Duration after) -> {
                Duration wait = backoff(entry.attempts(), random.getAsDouble());
                Instant next = now.plus(after != null && after.compareTo(wait) > 0 ? after : wait);
                if (next.isAfter(entry.notification().at().plus(giveUp))) {
                    bury(entry, reason, now);
                } else {
                    if (entry.attempts() == 0) {
                        LOG.warnf("a notification to %s is tried again: %s", receiver, reason);
                    }
                    outbox.retry(entry, next, reason, now);
                }
            }
        }
    }

    private void bury(Outbox.Entry entry, String reason, Instant now) {
        LOG.errorf("a notification to %s is given up: %s", entry.notification().receiver(), reason);
        outbox.bury(entry, reason, now);
    }

    /** 1 s, 2 s, 4 s and so on, at most 5 min; a random part of up to a half is taken off, so that senders spread. */
    static Duration backoff(int attempts, double random) {
        long millis = Math.min(LONGEST.toMillis(), FIRST.toMillis() << Math.min(attempts, DOUBLINGS));
        return Duration.ofMillis((long) (millis * (1 - random / 2)));
    }
}
