package dev.pgvigil.tenant;

import dev.pgvigil.tenant.TenantCatalog.Acl;
import dev.pgvigil.tenant.TenantCatalog.DatabaseRow;
import dev.pgvigil.tenant.TenantCatalog.Membership;
import dev.pgvigil.tenant.TenantCatalog.Relation;
import dev.pgvigil.tenant.TenantCatalog.Role;
import dev.pgvigil.tenant.TenantCatalog.Schema;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What roles may do, decided as the server decides it: privileges of PUBLIC, of the role and of those it inherits; superusers may do all;
 * {@code pg_read_all_data} and {@code pg_write_all_data} count, and neither of them bypasses row-level security.
 */
final class Privileges {

    static final long PUBLIC = 0;

    private static final List<String> DATA = List.of("SELECT", "INSERT", "UPDATE", "DELETE");
    private static final Set<String> BY_COLUMN = Set.of("SELECT", "INSERT", "UPDATE", "REFERENCES");

    private final TenantCatalog catalog;
    private final Map<Long, Set<Long>> inherited = new HashMap<>();
    private final Map<Long, Set<Long>> settable = new HashMap<>();
    private final Map<Long, List<Membership>> byMember = new HashMap<>();
    private final @Nullable Long readAll;
    private final @Nullable Long writeAll;

    Privileges(TenantCatalog catalog) {
        this.catalog = catalog;
        catalog.memberships()
                .forEach(each -> byMember.computeIfAbsent(each.member(), key -> new ArrayList<>())
                        .add(each));
        this.readAll = named("pg_read_all_data");
        this.writeAll = named("pg_write_all_data");
        implicitOwner();
    }

    /** The owner of the database is a member of pg_database_owner without a grant. */
    private void implicitOwner() {
        Long role = named("pg_database_owner");
        if (role != null) {
            catalog.databases().stream()
                    .filter(database -> database.oid() == catalog.database())
                    .forEach(database -> byMember.computeIfAbsent(database.owner(), key -> new ArrayList<>())
                            .add(new Membership(role, database.owner(), true, true)));
        }
    }

    private @Nullable Long named(String name) {
        return catalog.roles().values().stream()
                .filter(role -> role.name().equals(name))
                .map(Role::oid)
                .findFirst()
                .orElse(null);
    }

    /** The role itself and those whose privileges it has without SET ROLE. */
    Set<Long> inherited(long role) {
        return inherited.computeIfAbsent(role, start -> closure(start, Membership::inherit));
    }

    /** The role itself and those that it can become with SET ROLE. A superuser can become every role. */
    Set<Long> settable(long role) {
        return settable.computeIfAbsent(role, start -> closure(start, Membership::set));
    }

    private Set<Long> closure(long start, Predicate<Membership> follow) {
        Set<Long> found = new HashSet<>(Set.of(start));
        Deque<Long> open = new ArrayDeque<>(found);
        while (!open.isEmpty()) {
            for (Membership each : byMember.getOrDefault(open.pop(), List.of())) {
                if (follow.test(each) && found.add(each.role())) {
                    open.push(each.role());
                }
            }
        }
        return found;
    }

    boolean superuser(long role) {
        Role known = catalog.roles().get(role);
        return known != null && known.superuser();
    }

    /** As {@code pg_has_role(role, other, 'USAGE')}. */
    boolean hasPrivilegesOf(long role, long other) {
        return superuser(role) || inherited(role).contains(other);
    }

    private boolean granted(long role, Acl acl, String privilege) {
        return superuser(role)
                || has(acl, PUBLIC, privilege)
                || inherited(role).stream().anyMatch(each -> has(acl, each, privilege));
    }

    private static boolean has(Acl acl, long grantee, String privilege) {
        return acl.grants().getOrDefault(grantee, Set.of()).contains(privilege);
    }

    private boolean member(long role, @Nullable Long of) {
        return of != null && inherited(role).contains(of);
    }

    /** Whether the role may look up names in the schema. */
    boolean usesSchema(long role, long schema) {
        Schema known = catalog.schemas().get(schema);
        return known != null
                && (granted(role, known.acl(), "USAGE") || member(role, readAll) || member(role, writeAll));
    }

    boolean createsIn(long role, Schema schema) {
        return granted(role, schema.acl(), "CREATE");
    }

    boolean connects(long role, DatabaseRow database) {
        return granted(role, database.acl(), "CONNECT");
    }

    boolean executes(long role, Acl acl) {
        return granted(role, acl, "EXECUTE");
    }

    /** Whether the role has the privilege on the table or on one of its columns, and may name the table. */
    boolean on(long role, Relation relation, String privilege) {
        boolean all =
                privilege.equals("SELECT") ? member(role, readAll) : DATA.contains(privilege) && member(role, writeAll);
        return usesSchema(role, relation.schema())
                && (all
                        || granted(role, relation.acl(), privilege)
                        || (BY_COLUMN.contains(privilege) && granted(role, relation.columnAcl(), privilege)));
    }

    /** Which of SELECT, INSERT, UPDATE and DELETE the role may do. */
    Set<String> data(long role, Relation relation) {
        Set<String> held = new TreeSet<>();
        DATA.stream().filter(privilege -> on(role, relation, privilege)).forEach(held::add);
        return held;
    }
}
