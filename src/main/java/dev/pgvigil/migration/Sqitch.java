package dev.pgvigil.migration;

import jakarta.inject.Singleton;
import java.util.Set;

/** Sqitch: {@code sqitch.changes} and {@code sqitch.events}. Each project is a history of its own; the newest change counts. */
@Singleton
final class Sqitch implements MigrationTool {

    private static final String EVENTS = "events";
    private static final long LOCK = 75_474_063;

    @Override
    public String name() {
        return "sqitch";
    }

    @Override
    public Set<String> tables() {
        return Set.of("changes");
    }

    @Override
    public Set<String> companions() {
        return Set.of(EVENTS);
    }

    @Override
    public Set<String> read() {
        return Set.of(EVENTS);
    }

    @Override
    public boolean recognizes(HistoryTable table) {
        return table.has("change_id", "change", "project", "committed_at")
                && table.companions().containsKey(EVENTS);
    }

    @Override
    public HistoryQuery query(HistoryTable table) {
        String events = String.valueOf(table.companion(EVENTS));
        return HistoryQuery.of(
                        "select change from " + table.qualified() + " order by committed_at desc limit 1",
                        "select change from " + table.qualified())
                .applied("select count(*) from " + table.qualified())
                .appliedAt(HistoryQuery.zoned("select max(committed_at) from " + table.qualified()))
                .failed("select change from (select event, change from " + events
                        + " order by committed_at desc limit 1) e where event = 'fail'");
    }

    @Override
    public Set<Long> advisoryKeys(HistoryTable table) {
        return Set.of(LOCK);
    }

    @Override
    public String identify(String version) {
        return Versions.stem(version, ".sql");
    }

    @Override
    public String afterFailure() {
        return "Correct the change and run sqitch deploy.";
    }
}
