package dev.pgvigil.target;

import dev.pgvigil.config.Node;
import dev.pgvigil.config.Section;
import dev.pgvigil.postgres.PlatformTrust;
import dev.pgvigil.postgres.TlsFiles;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The targets: {@code targets}, with {@code thresholds}, {@code checks} and {@code ignore} beside it as each target's defaults; or the
 * one target of {@code DATABASE_URL}, named by its database.
 */
@Singleton
public class TargetsSection implements Section<Targets> {

    private static final int MAX_TARGETS = 10_000;

    private final KnownChecks known;
    private final PlatformTrust platform = new PlatformTrust();

    public TargetsSection(KnownChecks known) {
        this.known = known;
    }

    @Override
    public String key() {
        return "targets";
    }

    @Override
    public Targets read(Node node) {
        Thresholds thresholds =
                new ThresholdsReader(known.thresholds(), Thresholds.DEFAULTS).read(node.beside("thresholds"));
        Map<String, CheckSetting> checks = new ChecksReader(known, compatibility(node)).read(node.beside("checks"));
        List<IgnoreRule> ignored = new IgnoreReader(known.names(), List.of())
                .read(node.doc("Findings that are known and accepted for a time")
                        .beside("ignore"));
        TargetReader reader = new TargetReader(
                new ThresholdsReader(known.thresholds(), thresholds),
                new ChecksReader(known, checks),
                new IgnoreReader(known.names(), ignored),
                new TlsFiles(platform));
        Node url = node.variable("DATABASE_URL");
        return new Targets(url.present() ? reader.alone(url).stream().toList() : listed(reader, node));
    }

    /** Some checks are off unless they are switched on; those that export the series of another exporter unless they are named. */
    private Map<String, CheckSetting> compatibility(Node node) {
        Node place = node.beside("metrics")
                .doc("Exporters whose series are exported too: postgres_exporter")
                .child("compatibility");
        Map<String, CheckSetting> off = new HashMap<>();
        known.compatibilities().forEach(check -> off.put(check, new CheckSetting(false, null)));
        for (Node item : place.items()) {
            String exporter = item.text();
            if (exporter != null && off.remove(exporter.replace('_', '-')) == null) {
                item.problem("must be one of "
                        + known.compatibilities().stream()
                                .map(check -> check.replace('-', '_'))
                                .sorted()
                                .toList()
                        + ", not " + item.shown(exporter));
            }
        }
        known.offByDefault().forEach(check -> off.put(check, new CheckSetting(false, null)));
        return off;
    }

    private static List<Target> listed(TargetReader reader, Node node) {
        Map<String, Node> entries = node.children();
        if (entries.isEmpty()) {
            node.problem("at least one target is required");
        }
        if (entries.size() > MAX_TARGETS) {
            node.problem("holds " + entries.size() + " targets; at most " + MAX_TARGETS + " are possible");
            return List.of();
        }
        List<Target> targets = new ArrayList<>();
        SharedServers servers = new SharedServers();
        entries.forEach((name, entry) -> reader.read(name, entry).ifPresent(target -> {
            servers.add(target, entry);
            targets.add(target);
        }));
        return targets;
    }
}
