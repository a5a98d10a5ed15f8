package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.tenant.Isolation.AppRole;
import dev.pgvigil.tenant.TenantCatalog.RoleSetting;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The setting row_security is off for an application role, or the minor version has a known error of row-level security. */
@Singleton
final class ServerWeakness implements IsolationRule {

    @Override
    public String id() {
        return "T21";
    }

    @Override
    public String name() {
        return "server-weakness";
    }

    @Override
    public Severity severity() {
        return Severity.MEDIUM;
    }

    @Override
    public String title() {
        return "Setting or version weakens row-level security";
    }

    @Override
    public String cause() {
        return "With row_security off, statements fail where policies apply, and dumps of an owner hold every "
                + "tenant. Old minor versions have errors by which policies are not applied.";
    }

    @Override
    public String action() {
        return "Reset the setting, and install the latest minor version.";
    }

    /** The number of the minor version that has the correction, by major version. */
    private record Known(String cve, Map<Integer, Integer> corrected) {}

    private static final List<Known> KNOWN = List.of(
            new Known("CVE-2023-2455", Map.of(14, 8, 15, 3)),
            new Known("CVE-2024-10976", Map.of(14, 14, 15, 9, 16, 5, 17, 1)),
            new Known("CVE-2025-8713", Map.of(14, 19, 15, 14, 16, 10, 17, 6)));

    private static final int MAJOR = 10_000;

    @Override
    public List<Violation> find(Isolation isolation) {
        List<Violation> found = new ArrayList<>();
        for (RoleSetting setting : isolation.catalog.settings()) {
            boolean applies = setting.database() == 0 || setting.database() == isolation.catalog.database();
            AppRole role = isolation.roles.stream()
                    .filter(each -> setting.role() == 0 || each.oid() == setting.role())
                    .findFirst()
                    .orElse(null);
            if (applies
                    && role != null
                    && setting.name().equals("row_security")
                    && setting.value().equals("off")) {
                found.add(setting(isolation, setting, role));
            }
        }
        List<String> open = KNOWN.stream()
                .filter(each -> isolation.catalog.versionNumber() % MAJOR
                        < each.corrected.getOrDefault(isolation.catalog.major(), 0))
                .map(Known::cve)
                .toList();
        if (!open.isEmpty() && isolation.tables.stream().anyMatch(table -> table.rowSecurity())) {
            found.add(Violation.of(
                    this, severity(), "server", "the minor version has " + String.join(", ", open), List.of(), null));
        }
        return found;
    }

    private Violation setting(Isolation isolation, RoleSetting setting, AppRole role) {
        String database = isolation.catalog.databases().stream()
                .filter(each -> each.oid() == setting.database())
                .map(each -> each.name())
                .findFirst()
                .orElse(null);
        String place = setting.role() == 0
                ? database == null ? "role all" : "database " + Sql.identifier(database)
                : "role " + Sql.identifier(role.name())
                        + (database == null ? "" : " in database " + Sql.identifier(database));
        return Violation.of(
                this,
                severity(),
                place.replace("\"", ""),
                "row_security is off for " + place.replace("\"", ""),
                List.of(role.name()),
                "alter " + place + " reset row_security;");
    }
}
