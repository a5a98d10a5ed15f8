package dev.pgvigil.store;

import dev.pgvigil.config.Node;
import dev.pgvigil.config.Secret;
import dev.pgvigil.config.Section;
import dev.pgvigil.postgres.ConnectionUrl;
import dev.pgvigil.postgres.PasswordReader;
import dev.pgvigil.postgres.PlatformTrust;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Tls;
import dev.pgvigil.postgres.TlsFiles;
import dev.pgvigil.postgres.TlsReader;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** {@code pgvigil.store}: the database that keeps history and audit rows. Without a url there is none. */
@Singleton
public final class StoreSection implements Section<Optional<StoreSettings>> {

    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration LONGEST = Duration.ofDays(3660);

    private final PlatformTrust platform = new PlatformTrust();

    @Override
    public String key() {
        return "store";
    }

    @Override
    public Optional<StoreSettings> read(Node node) {
        Node place = node.secret(
                        "Connection URI of the store, as in libpq: postgresql://user@host:port/database; without it history is in memory")
                .child("url");
        String text = place.present() ? place.text() : null;
        ConnectionUrl url = text == null ? null : ConnectionUrl.parse(text, place::problem);
        PasswordReader reader = new PasswordReader(node);
        Secret password = reader.read(url == null ? null : url.password());
        Tls tls = url == null ? null : new TlsReader(place, url.parameters(), new TlsFiles(platform)).read();
        int pool = node.doc("Sessions to the store at most").integer("pool-size", 20, 2, 100);
        boolean migrate = node.doc("Whether pgvigil brings an older schema up to date itself")
                .flag("migrate", true);
        Map<Level, Duration> keep = keep(node.doc("How long each resolution is kept; whole days or months are dropped")
                .child("retention"));
        Duration keepAudit = node.child("retention").doc("Audit rows").duration("audit", days(400), DAY, LONGEST);
        int rows = node.doc("Rows of history that wait in memory while the store is away; the oldest go first")
                .integer("buffer-rows", 100_000, 1_000, 1_000_000);
        int auditRows = node.doc("Audit rows that wait in memory while the store is away")
                .integer("buffer-audit-rows", 10_000, 100, 100_000);
        if (!place.present() && node.present() && !node.mistaken()) {
            node.problem("needs a url: postgresql://user@host:port/database");
        }
        if (url == null || tls == null || reader.failed()) {
            return Optional.empty();
        }
        Server server = new Server(url.host(), url.port(), url.user(), password, tls);
        return Optional.of(new StoreSettings(
                server, url.database(), url.parameters(), pool, migrate, keep, keepAudit, rows, auditRows));
    }

    private static Map<Level, Duration> keep(Node node) {
        return Map.of(
                Level.RAW,
                node.doc("Every 15 seconds").duration("raw", days(2), DAY, LONGEST),
                Level.MINUTE,
                node.doc("Every minute").duration("minute", days(7), DAY, LONGEST),
                Level.FIVE_MINUTES,
                node.doc("Every five minutes").duration("five-minutes", days(35), DAY, LONGEST),
                Level.HOUR,
                node.doc("Every hour").duration("hour", days(400), DAY, LONGEST));
    }

    private static Duration days(int days) {
        return Duration.ofDays(days);
    }
}
