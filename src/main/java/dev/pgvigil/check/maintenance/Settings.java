package dev.pgvigil.check.maintenance;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.Target;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Settings of a server that lose data or are likely to hurt, and those that wait for a restart. */
@Singleton
public final class Settings implements Check<Settings.Values> {

    public static final String NAME = "settings";

    /** All sessions together could take so much: more than the memory of nearly all servers. */
    private static final double MUCH_MEMORY = 1L << 40;

    // What the configuration says, not what this session or pgvigil's role has set.
    private static final String SQL = """
            select s.name, coalesce(case when s.source in ('session', 'user', 'database', 'database user', 'client')
              then s.reset_val else s.setting end, '') as value, s.unit, s.pending_restart
            from pg_catalog.pg_show_all_settings() s
            where s.pending_restart or s.name in ('fsync', 'full_page_writes', 'zero_damaged_pages', 'ignore_checksum_failure',
              'ignore_system_indexes', 'work_mem', 'max_connections',
              'autovacuum_freeze_max_age', 'enable_seqscan', 'enable_indexscan', 'enable_nestloop', 'enable_hashjoin',
              'enable_mergejoin', 'enable_sort', 'log_min_duration_statement')
            order by s.name
            limit 100""";

    /**
     * One setting.
     *
     * @param value as in {@code pg_settings}, in {@code unit}
     */
    public record Value(String name, String value, @Nullable String unit, boolean pendingRestart) {}

    /** The settings that are looked at, and those that wait for a restart. */
    public record Values(List<Value> settings) {

        public Values {
            settings = List.copyOf(settings);
        }

        boolean has(String name, String value) {
            return settings.stream().anyMatch(one -> one.name.equals(name) && one.value.equals(value));
        }

        /** 0 if it is not known. */
        double number(String name) {
            return settings.stream()
                    .filter(one -> one.name.equals(name) && one.value.matches("[0-9.]{1,18}"))
                    .mapToDouble(one -> Double.parseDouble(one.value))
                    .findFirst()
                    .orElse(0);
        }

        List<String> pending() {
            return settings.stream()
                    .filter(Value::pendingRestart)
                    .map(Value::name)
                    .toList();
        }
    }

    /** A setting that hurts, and why. */
    private record Flaw(String name, String value, String why) {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Scope scope() {
        return Scope.SERVER;
    }

    @Override
    public Policy policy() {
        return Policy.every(Duration.ofMinutes(5)).with(Policy.Priority.LOW);
    }

    @Override
    public Uni<Values> collect(Session session) {
        return session.rows(
                        SQL,
                        row -> new Value(
                                row.getString("name"),
                                row.getString("value"),
                                row.getString("unit"),
                                row.getBoolean("pending_restart")))
                .map(Values::new);
    }

    /** Advice: what a setting does to a server is for other checks to find. */
    @Override
    public List<Finding> evaluate(Values now, Previous<Values> previous, Target target) {
        return Stream.of(
                        finding(
                                "unsafe",
                                "settings that lose data",
                                unsafe(now),
                                "The setting makes a server faster that may be thrown away, such as one for tests; or it was set for a "
                                        + "repair and forgotten."),
                        finding(
                                "harmful",
                                "settings that are likely to hurt",
                                harmful(now),
                                "The setting is meant for single sessions, but applies to all of them."),
                        pending(now.pending()))
                .flatMap(Optional::stream)
                .toList();
    }

    private static List<Flaw> unsafe(Values now) {
        List<Flaw> flaws = new ArrayList<>();
        add(flaws, now, "fsync", "off", "a crash of the machine can corrupt the whole cluster");
        add(
                flaws,
                now,
                "full_page_writes",
                "off",
                "a crash of the machine can leave half-written pages, which are not repaired");
        add(flaws, now, "zero_damaged_pages", "on", "damaged pages are replaced by empty ones");
        add(flaws, now, "ignore_checksum_failure", "on", "corrupt pages are used as if they were sound");
        add(flaws, now, "ignore_system_indexes", "on", "system catalogs are read without their indexes");
        return flaws;
    }

    private static List<Flaw> harmful(Values now) {
        List<Flaw> flaws = new ArrayList<>();
        for (String planner : List.of(
                "enable_seqscan",
                "enable_indexscan",
                "enable_nestloop",
                "enable_hashjoin",
                "enable_mergejoin",
                "enable_sort")) {
            add(flaws, now, planner, "off", "statements get worse plans; change what misleads the planner instead");
        }
        add(flaws, now, "log_min_duration_statement", "0", "every statement is logged, which can fill the disk");
        double memory = now.number("work_mem") * 1024 * now.number("max_connections");
        if (memory >= MUCH_MEMORY) {
            flaws.add(new Flaw(
                    "work_mem",
                    HumanFormat.bytes(now.number("work_mem") * 1024),
                    "with max_connections = %s all sessions may use %s for one sort each; the server's memory is not known to pgvigil"
                            .formatted(HumanFormat.number(now.number("max_connections")), HumanFormat.bytes(memory))));
        }
        if (now.number("autovacuum_freeze_max_age") > 1_500_000_000) {
            flaws.add(new Flaw(
                    "autovacuum_freeze_max_age",
                    HumanFormat.large(now.number("autovacuum_freeze_max_age")),
                    "autovacuum begins to freeze so late that little time is left before writes stop"));
        }
        return flaws;
    }

    private static void add(List<Flaw> flaws, Values now, String name, String value, String why) {
        if (now.has(name, value)) {
            flaws.add(new Flaw(name, value, why));
        }
    }

    private static Optional<Finding> finding(String key, String title, List<Flaw> flaws, String cause) {
        return flaws.stream()
                .findFirst()
                .map(first -> Finding.of(
                                NAME,
                                key,
                                Status.HEALTHY,
                                Severity.MEDIUM,
                                title,
                                flaws.stream()
                                        .map(flaw -> flaw.name + " = " + flaw.value)
                                        .collect(Collectors.joining(", ")))
                        .evidence(flaws.stream()
                                .limit(EvidenceRow.MOST)
                                .map(flaw -> EvidenceRow.of("name", flaw.name, "value", flaw.value, "why", flaw.why))
                                .toList())
                        .cause(first.name + ": " + first.why + ". " + cause)
                        .action("Set " + flaws.stream().map(Flaw::name).collect(Collectors.joining(", "))
                                + " back, or for the roles and sessions that need it only.")
                        .expectedEffect("The effect named as the cause ends with the next reload.")
                        .sql("alter system reset " + first.name + "; select pg_reload_conf()"));
    }

    private static Optional<Finding> pending(List<String> names) {
        return names.isEmpty()
                ? Optional.empty()
                : Optional.of(Finding.of(
                                NAME,
                                "pending-restart",
                                Status.HEALTHY,
                                Severity.LOW,
                                "settings wait for a restart",
                                HumanFormat.count(names.size(), "setting")
                                        + " of the configuration files not in effect: "
                                        + names.stream().limit(5).collect(Collectors.joining(", "))
                                        + (names.size() > 5 ? ", …" : ""))
                        .evidence(names.stream()
                                .limit(EvidenceRow.MOST)
                                .map(name -> EvidenceRow.of("name", name))
                                .toList())
                        .cause(
                                "They were changed in the configuration files and loaded, but take effect at a start only.")
                        .action(
                                "Restart the server when it suits, or take the change back: the next start, planned or not, applies it.")
                        .expectedEffect(
                                "The server runs with what its files say, and the next start changes nothing unexpected.")
                        .sql("select name, setting, sourcefile from pg_settings where pending_restart"));
    }

    @Override
    public void export(Values now, MetricSink sink) {
        sink.gauge(
                "pgvigil_settings_pending_restart",
                "Settings that were changed and wait for a restart.",
                now.pending().size());
        sink.gauge(
                "pgvigil_settings_unsafe",
                "Settings with which a crash loses data.",
                unsafe(now).size());
    }
}
