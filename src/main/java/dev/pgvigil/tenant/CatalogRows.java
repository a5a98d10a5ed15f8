package dev.pgvigil.tenant;

import dev.pgvigil.check.RawText;
import dev.pgvigil.tenant.TenantCatalog.Acl;
import dev.pgvigil.tenant.TenantCatalog.Column;
import dev.pgvigil.tenant.TenantCatalog.DatabaseRow;
import dev.pgvigil.tenant.TenantCatalog.DefinerFunction;
import dev.pgvigil.tenant.TenantCatalog.ForeignKey;
import dev.pgvigil.tenant.TenantCatalog.Index;
import dev.pgvigil.tenant.TenantCatalog.Membership;
import dev.pgvigil.tenant.TenantCatalog.PolicyRow;
import dev.pgvigil.tenant.TenantCatalog.Relation;
import dev.pgvigil.tenant.TenantCatalog.Role;
import dev.pgvigil.tenant.TenantCatalog.RoleSetting;
import dev.pgvigil.tenant.TenantCatalog.Schema;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rows of {@link CatalogQueries} as what they describe. */
final class CatalogRows {

    private CatalogRows() {}

    static Role role(Row row) {
        return new Role(
                row.getLong("oid"),
                String.valueOf(RawText.of(row, "name")),
                row.getBoolean("rolsuper"),
                row.getBoolean("rolbypassrls"),
                row.getBoolean("rolcanlogin"),
                row.getBoolean("rolinherit"),
                row.getBoolean("rolcreaterole"),
                row.getBoolean("rolreplication"));
    }

    /** Before PostgreSQL 16 the member decides whether it inherits. */
    static Membership membership(Row row, List<Role> roles) {
        long member = row.getLong("member");
        Boolean inherit = row.getBoolean("inherit");
        return new Membership(
                row.getLong("role"),
                member,
                inherit != null ? inherit : roles.stream().anyMatch(role -> role.oid() == member && role.inherit()),
                row.getBoolean("set"));
    }

    static Schema schema(Row row) {
        return new Schema(
                row.getLong("oid"),
                String.valueOf(RawText.of(row, "name")),
                row.getLong("owner"),
                acl(row.getString("acl")),
                row.getLong("number"),
                row.getString("hash"));
    }

    static DatabaseRow database(Row row) {
        return new DatabaseRow(
                row.getLong("oid"),
                String.valueOf(RawText.of(row, "name")),
                row.getLong("owner"),
                acl(row.getString("acl")));
    }

    static Relation relation(Row row) {
        return new Relation(
                row.getLong("oid"),
                row.getLong("schema"),
                String.valueOf(RawText.of(row, "schema_name")),
                row.getString("name"),
                row.getString("kind"),
                row.getLong("owner"),
                row.getBoolean("relrowsecurity"),
                row.getBoolean("relforcerowsecurity"),
                row.getBoolean("relispartition"),
                row.getLong("parent"),
                row.getDouble("rows"),
                acl(row.getString("acl")),
                acl(row.getString("column_acl")),
                row.getBoolean("extension"),
                row.getBoolean("invoker"));
    }

    static Column column(Row row) {
        return new Column(
                row.getLong("oid"),
                row.getInteger("number"),
                row.getString("name"),
                row.getString("type"),
                row.getBoolean("not_null"),
                row.getBoolean("in_policy"));
    }

    static PolicyRow policy(Row row) {
        return new PolicyRow(
                row.getLong("oid"),
                row.getString("name"),
                row.getString("command"),
                row.getBoolean("polpermissive"),
                oids(row.getString("roles")),
                row.getString("using"),
                row.getString("check"),
                new HashSet<>(numbers(row.getString("columns"))),
                row.getBoolean("others"),
                row.getBoolean("unread"));
    }

    static ForeignKey foreignKey(Row row) {
        return new ForeignKey(
                row.getString("name"),
                row.getLong("oid"),
                row.getLong("referenced"),
                numbers(row.getString("columns")),
                numbers(row.getString("others")),
                lines(row.getString("names")),
                lines(row.getString("other_names")),
                row.getBoolean("convalidated"));
    }

    static Index index(Row row) {
        int keys = row.getInteger("keys");
        List<String> names = new ArrayList<>();
        List<String> types = new ArrayList<>();
        String listed = row.getString("types");
        for (String line : listed == null ? new String[0] : listed.split("\n", -1)) {
            int space = line.indexOf(' ');
            names.add(line.substring(0, Math.max(0, space)));
            types.add(line.substring(space + 1));
        }
        List<Integer> columns = numbers(row.getString("columns"));
        int most = Math.min(keys, Math.min(columns.size(), names.size()));
        return new Index(
                row.getString("name"),
                row.getLong("oid"),
                columns.subList(0, most),
                names.subList(0, most),
                types.subList(0, most),
                row.getBoolean("indisunique"),
                row.getBoolean("usable"),
                row.getBoolean("key"));
    }

    static DefinerFunction function(Row row) {
        return new DefinerFunction(
                String.valueOf(RawText.of(row, "schema_name")),
                row.getString("name"),
                row.getString("arguments"),
                row.getLong("owner"),
                acl(row.getString("acl")),
                row.getBoolean("search_path"));
    }

    static RoleSetting setting(Row row) {
        String setting = String.valueOf(RawText.of(row, "setting"));
        int equals = setting.indexOf('=');
        return new RoleSetting(
                row.getLong("database"),
                row.getLong("role"),
                setting.substring(0, equals),
                setting.substring(equals + 1));
    }

    /** {@code 10:SELECT,0:SELECT}; null or empty: nobody. */
    private static Acl acl(@Nullable String text) {
        Map<Long, Set<String>> grants = new HashMap<>();
        if (text != null) {
            for (String grant : text.split(",", -1)) {
                int colon = grant.indexOf(':');
                grants.computeIfAbsent(Long.valueOf(grant.substring(0, colon)), key -> new HashSet<>())
                        .add(grant.substring(colon + 1));
            }
        }
        return new Acl(grants);
    }

    private static List<String> lines(@Nullable String text) {
        return text == null ? List.of() : List.of(text.split("\n", -1));
    }

    static Set<Long> oids(@Nullable String text) {
        Set<Long> found = new HashSet<>();
        if (text != null && !text.isEmpty()) {
            Arrays.stream(text.split(",", -1)).map(Long::valueOf).forEach(found::add);
        }
        return found;
    }

    private static List<Integer> numbers(@Nullable String text) {
        return text == null || text.isEmpty()
                ? List.of()
                : Arrays.stream(text.split("[, ]", -1)).map(Integer::valueOf).toList();
    }
}
