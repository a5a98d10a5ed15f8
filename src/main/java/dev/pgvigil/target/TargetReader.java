package dev.pgvigil.target;

import dev.pgvigil.config.Node;
import dev.pgvigil.config.Secret;
import dev.pgvigil.postgres.ConnectionUrl;
import dev.pgvigil.postgres.HostEndpoint;
import dev.pgvigil.postgres.PasswordReader;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Tls;
import dev.pgvigil.postgres.TlsFiles;
import dev.pgvigil.postgres.TlsReader;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads one target.
 *
 * @param thresholds reads the thresholds of a target, which override those of the fleet
 * @param checks reads the check settings of a target, which override those of the fleet
 * @param ignore reads which findings of a target are ignored, besides those of the fleet
 * @param files the TLS files of all targets
 */
record TargetReader(ThresholdsReader thresholds, ChecksReader checks, IgnoreReader ignore, TlsFiles files) {

    static final int MAX_NAME = 100;
    private static final int MAX_REGION = 100;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1," + MAX_NAME + "}");
    private static final Pattern UNNAMEABLE = Pattern.compile("[^A-Za-z0-9._-]");

    /** The target of one entry; none if there is an error in its connection settings. */
    Optional<Target> read(String name, Node entry) {
        if (!NAME.matcher(name).matches()) {
            entry.problem("a target's name is 1 to " + MAX_NAME + " letters, digits, dots, underscores or dashes");
        }
        String region = Label.read(
                entry.child("region"),
                entry.doc("Region of the server, for grouping").string("region", ""),
                MAX_REGION);
        ExpectedRole role = entry.doc("Role that the server is expected to have")
                .choice("role", ExpectedRole.class, ExpectedRole.ANY);
        Map<String, String> tags = TagsReader.read(
                entry.doc("Arbitrary names and values, for labels and groups").child("tags"));
        Thresholds limits = thresholds.read(entry.child("thresholds"));
        Map<String, CheckSetting> settings = checks.sections(entry, checks.read(entry.child("checks")));
        List<IgnoreRule> ignored =
                ignore.read(entry.doc("Findings of this target that are known and accepted for a time")
                        .child("ignore"));
        Discovery discovery = DiscoveryReader.read(entry.child("discover"));
        Node place = entry.doc("Admin console of the PgBouncer in front of the server")
                .child("pooler");
        Optional<Reached> console = place.present() ? reach(place) : Optional.empty();
        Node resources = entry.doc("Resources of the server's host").child("host");
        HostEndpoint host = HostReader.read(resources);
        Optional<Reached> database = reach(entry);
        if ((place.present() && console.isEmpty()) || (resources.present() && host == null)) {
            return Optional.empty();
        }
        Server pooler = console.map(Reached::server).orElse(null);
        return database.map(reached -> new Target(
                name,
                reached.server().behind(pooler).on(host),
                reached.database(),
                region,
                role,
                tags,
                limits,
                settings,
                discovery,
                ignored));
    }

    /** The target of a connection string, named after its database; none if it has an error. */
    Optional<Target> alone(Node place) {
        ConnectionUrl url = url(place);
        Tls tls = url == null ? null : new TlsReader(place, url.parameters(), files).read();
        if (url == null || tls == null) {
            return Optional.empty();
        }
        String name = UNNAMEABLE.matcher(url.database()).replaceAll("_");
        return Optional.of(new Target(
                name.substring(0, Math.min(name.length(), MAX_NAME)),
                new Server(url.host(), url.port(), url.user(), url.password(), tls),
                url.database(),
                "",
                ExpectedRole.ANY,
                Map.of(),
                thresholds.defaults(),
                checks.defaults(),
                null,
                ignore.fleet()));
    }

    private record Reached(Server server, String database) {}

    private Optional<Reached> reach(Node entry) {
        Node place = entry.secret(
                        "Connection URI as in libpq: postgresql://user@host:port/database?sslmode=verify-full")
                .required("url", "postgresql://user@host:port/database");
        ConnectionUrl url = url(place);
        PasswordReader reader = new PasswordReader(entry);
        Secret password = reader.read(url == null ? null : url.password());
        Tls tls = url == null ? null : new TlsReader(place, url.parameters(), files).read();
        return url == null || tls == null || reader.failed()
                ? Optional.empty()
                : Optional.of(
                        new Reached(new Server(url.host(), url.port(), url.user(), password, tls), url.database()));
    }

    private static @Nullable ConnectionUrl url(Node place) {
        String text = place.text();
        return text == null ? null : ConnectionUrl.parse(text, place::problem);
    }
}
