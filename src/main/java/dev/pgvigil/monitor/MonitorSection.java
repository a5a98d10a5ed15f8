package dev.pgvigil.monitor;

import dev.pgvigil.check.server.Databases;
import dev.pgvigil.config.Node;
import dev.pgvigil.config.Section;
import dev.pgvigil.config.Settings;
import dev.pgvigil.postgres.SessionsSection;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.TargetsSection;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;

/** {@code watch}: how the fleet is watched as a whole. */
@Singleton
public class MonitorSection implements Section<MonitorSection.Watching> {

    /**
     * How the fleet is watched.
     *
     * @param staleAfter age of the latest heartbeat from which a target's status is unknown
     */
    public record Watching(Duration staleAfter) {}

    @Override
    public String key() {
        return "watch";
    }

    @Override
    public Watching read(Node node) {
        return new Watching(
                node.duration("stale-after", Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofMinutes(10)));
    }

    @Override
    public void compare(Settings all, Node node) {
        List<Target> targets = all.get(TargetsSection.class).entries();
        discoveries(targets, node.beside("targets"));
        Node sessions = node.beside("sessions");
        if (!node.mistaken() && !sessions.mistaken()) {
            Duration answer = all.get(SessionsSection.class).answer();
            new HeartbeatValidator(all.get(MonitorSection.class).staleAfter(), answer, node).compare(targets);
        }
    }

    /** The check's list is all that discovery knows. */
    private static void discoveries(List<Target> targets, Node node) {
        targets.stream()
                .filter(target -> target.discovery() != null && !target.runs(Databases.NAME))
                .map(target -> node.child(target.name()).child("discover"))
                .forEach(place -> place.problem("needs the check databases, which is switched off"));
    }
}
