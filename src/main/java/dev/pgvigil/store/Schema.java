package dev.pgvigil.store;

import dev.pgvigil.config.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.CoreMigrationType;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.resource.LoadableResource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/** The schema of the store, by Flyway. Every call blocks, for a bounded time. */
final class Schema {

    static final String NAME = "pgvigil";

    /** Of scripts that were run and are not among those of this pgvigil. */
    private static final Set<MigrationState> UNKNOWN = EnumSet.of(
            MigrationState.FUTURE_SUCCESS,
            MigrationState.FUTURE_FAILED,
            MigrationState.MISSING_SUCCESS,
            MigrationState.MISSING_FAILED);

    private static final int CONNECT_SECONDS = 5;
    private static final int ANSWER_SECONDS = 60;

    private final StoreSettings settings;
    private final List<String> scripts;
    private final Flyway flyway;

    /** What was found. */
    sealed interface State {

        /** As this pgvigil needs it. */
        record Current(String version) implements State {}

        /**
         * Scripts are missing.
         *
         * @param pending how many were not run yet
         */
        record Older(String version, int pending) implements State {}

        /**
         * Scripts of another pgvigil were run.
         *
         * @param version the latest of them
         */
        record Newer(String version) implements State {}
    }

    /** @param scripts of all features, in any order */
    Schema(StoreSettings settings, List<String> scripts) {
        this.settings = settings;
        this.scripts = List.copyOf(scripts);
        this.flyway = Flyway.configure(Schema.class.getClassLoader())
                .dataSource(source())
                .defaultSchema(NAME)
                .schemas(NAME)
                .table("schema_history")
                .resourceProvider(new Scripts(this.scripts))
                .javaMigrationClassProvider(List::of)
                .ignoreMigrationPatterns("*:future", "*:pending")
                // Features number their scripts by time, and land in another order.
                .outOfOrder(true)
                .connectRetries(0)
                .load();
    }

    State state() {
        return of(flyway.info().all());
    }

    /** Brings the schema up to date; one that is newer is left alone. */
    State migrate() {
        State found = state();
        if (found instanceof State.Older) {
            flyway.migrate();
            return state();
        }
        return found;
    }

    private static State of(MigrationInfo[] all) {
        List<MigrationInfo> unknown = Arrays.stream(all)
                .filter(each -> each.getVersion() != null && UNKNOWN.contains(each.getState()))
                .toList();
        if (!unknown.isEmpty()) {
            return new State.Newer(String.valueOf(unknown.getLast().getVersion()));
        }
        String version = Arrays.stream(all)
                .filter(each -> each.getState().isApplied()
                        && each.getVersion() != null
                        && each.getType() != CoreMigrationType.SCHEMA)
                .map(each -> each.getVersion().getVersion())
                .reduce("none", (first, last) -> last);
        long pending = Arrays.stream(all)
                .filter(each -> each.getState() == MigrationState.PENDING || each.getState() == MigrationState.OUTDATED)
                .count();
        return pending == 0 ? new State.Current(version) : new State.Older(version, (int) pending);
    }

    /** A connection by the same driver, for the commands. */
    Connection connect() throws SQLException {
        return source().getConnection();
    }

    private PGSimpleDataSource source() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        Secret password = settings.server().password();
        source.setServerNames(new String[] {settings.server().host()});
        source.setPortNumbers(new int[] {settings.server().port()});
        source.setDatabaseName(settings.database());
        source.setUser(settings.server().user());
        source.setPassword(password == null ? null : password.value());
        source.setApplicationName("pgvigil-store");
        source.setConnectTimeout(CONNECT_SECONDS);
        source.setLoginTimeout(CONNECT_SECONDS);
        source.setSocketTimeout(ANSWER_SECONDS);
        tls(source, settings.parameters());
        return source;
    }

    private static void tls(PGSimpleDataSource source, Map<String, String> parameters) {
        source.setSslMode(parameters.getOrDefault("sslmode", "prefer"));
        if ("system".equals(parameters.get("sslrootcert"))) {
            // libpq's word for the platform's certificates, which this driver does not know.
            source.setSslMode("verify-full");
            source.setSslfactory("org.postgresql.ssl.DefaultJavaSSLFactory");
        } else if (parameters.containsKey("sslrootcert")) {
            source.setSslRootCert(parameters.get("sslrootcert"));
        }
        if (parameters.containsKey("sslcert")) {
            source.setSslCert(parameters.get("sslcert"));
            source.setSslKey(parameters.get("sslkey"));
        }
    }

    /** The scripts by name: no class path is scanned. */
    private static final class Scripts implements ResourceProvider {

        private final List<String> scripts;

        Scripts(List<String> scripts) {
            this.scripts = scripts;
        }

        @Override
        public @Nullable LoadableResource getResource(String name) {
            return scripts.contains(name) ? new Script(name) : null;
        }

        @Override
        public Collection<LoadableResource> getResources(String prefix, String[] suffixes) {
            List<LoadableResource> found = new ArrayList<>();
            for (String script : scripts) {
                if (script.startsWith(prefix)
                        && Arrays.stream(suffixes)
                                .anyMatch(suffix ->
                                        script.toLowerCase(Locale.ROOT).endsWith(suffix))) {
                    found.add(new Script(script));
                }
            }
            return found;
        }
    }

    private static final class Script extends LoadableResource {

        private final String name;

        Script(String name) {
            this.name = name;
        }

        @Override
        public Reader read() {
            try (InputStream in = Schema.class.getResourceAsStream("/store/" + name)) {
                if (in == null) {
                    throw new IllegalStateException("no script " + name);
                }
                return new StringReader(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new IllegalStateException("script " + name + " cannot be read", e);
            }
        }

        @Override
        public String getAbsolutePath() {
            return name;
        }

        @Override
        public String getAbsolutePathOnDisk() {
            return name;
        }

        @Override
        public String getFilename() {
            return name;
        }

        @Override
        public String getRelativePath() {
            return name;
        }
    }
}
