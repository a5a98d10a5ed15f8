package dev.pgvigil.monitor;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Check;
import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.Policy.Reaction;
import dev.pgvigil.config.Node;
import dev.pgvigil.config.Section;
import dev.pgvigil.config.Settings;
import dev.pgvigil.postgres.SessionsSection;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.TargetsSection;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;

/** The configuration section {@code watch}. */
@Singleton
public class MonitorSection implements Section<MonitorSection.Watching> {

    /**
     * Settings of the whole fleet.
     *
     * @param staleAfter age of the latest heartbeat from which a target's status is unknown
     */
    public record Watching(Duration staleAfter) {}

    private final Catalogue catalogue;

    public MonitorSection(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    @Override
    public String key() {
        return "watch";
    }

    @Override
    public Watching read(Node node) {
        return new Watching(node.doc("Age of the latest heartbeat after which the status of a target is unknown")
                .duration("stale-after", Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofMinutes(10)));
    }

    @Override
    public void compare(Settings all, Node node) {
        List<Target> targets = all.get(TargetsSection.class).entries();
        discoveries(targets, node.beside("targets"));
        Node sessions = node.beside("sessions");
        if (!node.mistaken() && !sessions.mistaken()) {
            Duration answer = all.get(SessionsSection.class).answer();
            Duration interval = catalogue.check(HeartbeatResult.CHECK).policy().interval();
            new HeartbeatValidator(all.get(MonitorSection.class).staleAfter(), answer, interval, node).compare(targets);
        }
    }

    /** Discovery depends on a check that lists databases. */
    private void discoveries(List<Target> targets, Node node) {
        for (Check<?> check : catalogue.checks()) {
            if (check.policy().reactions().contains(Reaction.DISCOVER_DATABASES)) {
                targets.stream()
                        .filter(target -> target.discovery() != null && !target.runs(check.name()))
                        .map(target -> node.child(target.name()).child("discover"))
                        .forEach(place -> place.problem("needs the check " + check.name() + ", which is switched off"));
            }
        }
    }
}
