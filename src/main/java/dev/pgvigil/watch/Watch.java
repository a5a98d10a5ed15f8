package dev.pgvigil.watch;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.target.Connector;
import dev.pgvigil.target.Deadlines;
import dev.pgvigil.target.Server;
import dev.pgvigil.target.Spans;
import dev.pgvigil.target.Target;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Watches the fleet that is configured, and follows the configuration when it changes. */
@Singleton
public class Watch {

    private final Catalogue catalogue;
    private final Connector connector;
    private final Spans spans;
    private final Fleet fleet;
    private final Tally tally;
    private final Punctuality punctuality;
    private final Vertx vertx;
    private final Map<Server, Lane> lanes = new HashMap<>();
    private Deadlines deadlines = Deadlines.STANDARD;

    /** A server's watch and the event loop that it lives on. */
    private record Lane(ServerWatch watch, ContextInternal loop) {}

    Watch(
            Catalogue catalogue,
            Connector connector,
            Spans spans,
            Fleet fleet,
            Tally tally,
            Punctuality punctuality,
            Vertx vertx) {
        this.catalogue = catalogue;
        this.connector = connector;
        this.spans = spans;
        this.fleet = fleet;
        this.tally = tally;
        this.punctuality = punctuality;
        this.vertx = vertx;
    }

    /**
     * Watches these targets from now on; those that were watched before under the same configuration go on undisturbed.
     *
     * @param wanted deadlines of all sessions; with other ones than before, all sessions begin anew
     */
    synchronized void watch(List<Target> targets, Deadlines wanted) {
        if (!wanted.equals(deadlines)) {
            follow(List.of());
            deadlines = wanted;
        }
        follow(targets);
    }

    void stop(@Observes ShutdownEvent event) {
        watch(List.of(), deadlines);
    }

    /**
     * Asks a target's server now, or joins the question that is under way, and gives the target's state after that, within
     * the session's deadlines, whatever the server does. Fails with {@link NoSuchElementException} if there is no such
     * target.
     */
    public Uni<TargetState> beat(String target) {
        TargetState known = fleet.snapshot().targets().get(target);
        Lane lane = known == null ? null : lane(known.target().server());
        if (lane == null) {
            return Uni.createFrom().failure(new NoSuchElementException("no target " + target));
        }
        return Uni.createFrom()
                .emitter(emitter -> lane.loop().runOnContext(start -> {
                    Runnable judged = () -> complete(emitter, lane.watch().state(target), target);
                    lane.loop().setTimer(deadlines.answer().multipliedBy(2).toMillis(), late -> judged.run());
                    lane.watch().beat(judged);
                }));
    }

    private static void complete(UniEmitter<? super TargetState> emitter, @Nullable TargetState state, String target) {
        if (state == null) {
            emitter.fail(new NoSuchElementException("no target " + target + " any more"));
        } else {
            emitter.complete(state);
        }
    }

    private synchronized @Nullable Lane lane(Server server) {
        return lanes.get(server);
    }

    private void follow(List<Target> targets) {
        Map<Server, List<Target>> wanted =
                targets.stream().collect(groupingBy(Target::server, LinkedHashMap::new, toList()));
        lanes.entrySet().removeIf(entry -> {
            boolean gone = !wanted.containsKey(entry.getKey());
            if (gone) {
                entry.getValue()
                        .loop()
                        .runOnContext(end -> entry.getValue().watch().stop());
            }
            return gone;
        });
        wanted.forEach((server, its) -> {
            Lane lane = lanes.computeIfAbsent(server, this::lay);
            lane.loop().runOnContext(start -> lane.watch().watch(its));
        });
    }

    private Lane lay(Server server) {
        ContextInternal loop = ((VertxInternal) vertx).createEventLoopContext();
        ServerWatch.Shared shared =
                new ServerWatch.Shared(catalogue, connector, spans, fleet, tally, punctuality, deadlines);
        return new Lane(new ServerWatch(shared, server, loop), loop);
    }
}
