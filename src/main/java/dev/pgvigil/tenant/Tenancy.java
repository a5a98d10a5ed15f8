package dev.pgvigil.tenant;

import dev.pgvigil.check.IsolationVerdict;
import dev.pgvigil.config.Node;
import dev.pgvigil.target.CheckOption;
import dev.pgvigil.target.Glob;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the configuration says of the tenants of a database: the section {@code tenancy} of a target. It overrides what is found.
 *
 * @param layout which layout the database has
 * @param column the tenant column; empty: found
 * @param context the setting that holds the tenant of a session; empty: found
 * @param schemas pattern of the schemas of tenants; empty: found
 * @param databases pattern of the databases of tenants; empty: found
 * @param roles patterns of the roles of applications; empty: those that are observed
 * @param administrators patterns of roles that are no roles of applications
 * @param allowed findings that are accepted for a time
 * @param probe what the active probe may do
 * @param probeTenants two tenants that have rows, whose rows the probe counts
 * @param maxCost of the plan of a statement of the probe, in the planner's units
 */
record Tenancy(
        Layout.Wanted layout,
        String column,
        String context,
        String schemas,
        String databases,
        List<String> roles,
        List<String> administrators,
        List<Allowed> allowed,
        Probing probe,
        List<String> probeTenants,
        long maxCost) {

    /** What the active probe may do. */
    enum Probing {
        /** Nothing. */
        OFF,
        /** Ask the server, as the role, which tables it filters; no table is read. */
        PLAN,
        /** Also look for a row of another tenant, as the role, in the context of a tenant. */
        ROWS
    }

    /**
     * A violation that is known and accepted for a time.
     *
     * @param object pattern of tables, roles, views and so on
     * @param rule pattern of the names of rules
     * @param until when it counts again
     */
    record Allowed(Glob object, Glob rule, String reason, Instant until) {

        boolean applies(String found, String by, Instant now) {
            return now.isBefore(until) && object.matches(found) && rule.matches(by);
        }
    }

    static final Tenancy NONE = new Tenancy(
            Layout.Wanted.AUTO, "", "", "", "", List.of(), List.of(), List.of(), Probing.OFF, List.of(), 10_000);

    static final CheckOption<Tenancy> OPTION = CheckOption.section(
            IsolationVerdict.CHECK,
            "tenancy",
            "How the database separates its tenants, where pgvigil does not find it by itself",
            NONE,
            Tenancy::read);

    private static final int MOST = 500;
    private static final int LONGEST = 200;
    private static final Pattern SETTING =
            Pattern.compile("[A-Za-z_][A-Za-z0-9_$]{0,62}(\\.[A-Za-z_][A-Za-z0-9_$]{0,62}){1,8}");

    Tenancy {
        roles = List.copyOf(roles);
        administrators = List.copyOf(administrators);
        allowed = List.copyOf(allowed);
        probeTenants = List.copyOf(probeTenants);
    }

    private static Tenancy read(Node node) {
        Layout.Wanted layout =
                node.doc("Layout of the tenants; auto finds it").choice("layout", Layout.Wanted.class, NONE.layout);
        String column = bounded(node, "column", "Column that holds the tenant of a row: tenant_id");
        String context = bounded(node, "context", "Setting that holds the tenant of a session: app.tenant_id");
        if (!context.isEmpty() && !SETTING.matcher(context).matches()) {
            node.child("context").problem("must be the name of a custom setting, such as app.tenant_id");
        }
        String schemas = bounded(node, "schemas", "Schemas of tenants, with * and ?: tenant_*");
        String databases = bounded(node, "databases", "Databases of tenants, with * and ?: tenant_*");
        List<String> roles = texts(node.doc("Roles of applications, with * and ?; without it those that are observed")
                .child("roles"));
        List<String> administrators = texts(
                node.doc("Roles that are none of an application, with * and ?").child("administrators"));
        List<Allowed> allowed = allowed(
                node.doc("Violations that are known and accepted for a time").child("allow"));
        Probing probe = node.doc("What the active probe may do; it needs the grants of level 3")
                .choice("probe", Probing.class, NONE.probe);
        List<String> tenants = texts(
                node.doc("Two tenants that have rows, for the probe of rows").child("probe-tenants"));
        if (probe == Probing.ROWS && tenants.stream().distinct().count() != 2) {
            node.child("probe").problem("rows needs two different tenants in probe-tenants");
        }
        long cost = node.doc("Cost of a statement of the probe, in the planner's units, above which it is not run")
                .number("max-cost", NONE.maxCost, 1, 1_000_000_000);
        return new Tenancy(
                layout, column, context, schemas, databases, roles, administrators, allowed, probe, tenants, cost);
    }

    private static List<Allowed> allowed(Node list) {
        List<Allowed> all = new ArrayList<>();
        for (Node item : bounded(list)) {
            String object = item.doc("Table, view, role, schema, function or database, with * and ?")
                    .string("object");
            String rule =
                    item.doc("Name of the rule, with * and ?; without it all").string("rule", "*");
            String reason = item.doc("Reason, shown in the report").string("reason");
            Instant until = until(item);
            if (Stream.of(object, reason).anyMatch(text -> text == null || text.isBlank() || text.length() > LONGEST)) {
                item.problem("needs object and reason, each of at most " + LONGEST + " characters");
            } else if (until == null) {
                item.problem("needs until: the last day on which it is accepted, such as 2027-03-31");
            } else {
                all.add(new Allowed(
                        new Glob(Objects.requireNonNull(object)),
                        new Glob(rule),
                        Objects.requireNonNull(reason),
                        until));
            }
        }
        return all;
    }

    private static @Nullable Instant until(Node item) {
        String text = item.doc("Last day, in UTC, on which it is accepted").string("until");
        try {
            return text == null
                    ? null
                    : LocalDate.parse(text)
                            .plusDays(1)
                            .atStartOfDay(ZoneOffset.UTC)
                            .toInstant();
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private static String bounded(Node node, String key, String description) {
        String text = node.doc(description).string(key, "");
        if (text.length() > LONGEST) {
            node.child(key).problem("must have at most " + LONGEST + " characters");
            return "";
        }
        return text;
    }

    private static List<String> texts(Node list) {
        return bounded(list).stream()
                .map(Node::text)
                .filter(Objects::nonNull)
                .map(String::valueOf)
                .filter(text -> text.length() <= LONGEST)
                .toList();
    }

    private static List<Node> bounded(Node list) {
        List<Node> items = list.items();
        if (items.size() > MOST) {
            list.problem("holds " + items.size() + " entries; at most " + MOST + " are possible");
            return List.of();
        }
        return items;
    }

    /** Whether a role is one of an application by its name: configured, or not excluded. */
    boolean excludes(String role) {
        return administrators.stream().anyMatch(pattern -> new Glob(pattern).matches(role));
    }

    boolean names(String role) {
        return roles.stream().anyMatch(pattern -> new Glob(pattern).matches(role));
    }

    /** The reason for which a violation is accepted now; null: it is not. */
    @Nullable
    Allowed allowing(String object, String rule, Instant now) {
        return allowed.stream()
                .filter(each -> each.applies(object, rule, now))
                .findFirst()
                .orElse(null);
    }
}
