package dev.pgvigil.migration;

import jakarta.inject.Singleton;
import java.math.BigInteger;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** golang-migrate: {@code schema_migrations} with one row, which is dirty while a migration runs. */
@Singleton
final class GolangMigrate implements MigrationTool {

    private static final long SALT = 1_486_364_155;
    private static final long UNSIGNED = 0xFFFF_FFFFL;
    private static final Pattern DIGITS = Pattern.compile("[0-9]+");

    @Override
    public String name() {
        return "golang-migrate";
    }

    @Override
    public Set<String> tables() {
        return Set.of("schema_migrations");
    }

    @Override
    public boolean recognizes(HistoryTable table) {
        return table.hasOnly("version", "dirty");
    }

    @Override
    public HistoryQuery query(HistoryTable table) {
        String version = "select version from " + table.qualified() + " order by version desc limit 1";
        return HistoryQuery.of(version, version)
                .dirty("select dirty from " + table.qualified() + " order by version desc limit 1")
                .unfinished("select version from " + table.qualified() + " where dirty order by version desc limit 1");
    }

    /** By database, with a slash where the name comes from a URL, and in newer versions by schema and table too. */
    @Override
    public Set<Long> advisoryKeys(HistoryTable table) {
        String place = table.schema() + "\0" + table.name() + "\0";
        return Set.of(
                key(place + "/" + table.database()),
                key(place + table.database()),
                key("/" + table.database()),
                key(table.database()));
    }

    private static long key(String name) {
        return Versions.crc32(name) * SALT & UNSIGNED;
    }

    @Override
    public String identify(String version) {
        return Versions.number(version);
    }

    /** Those above the current version: the others are not recorded. */
    @Override
    public List<String> pending(List<String> expected, List<String> applied) {
        BigInteger current = applied.stream().map(BigInteger::new).findFirst().orElse(BigInteger.valueOf(-1));
        return expected.stream()
                .map(this::identify)
                .filter(version -> DIGITS.matcher(version).matches())
                .filter(version -> new BigInteger(version).compareTo(current) > 0)
                .distinct()
                .toList();
    }

    @Override
    public String afterFailure() {
        return "Undo or complete what the migration has done, then set the version that the schema has with migrate force.";
    }
}
