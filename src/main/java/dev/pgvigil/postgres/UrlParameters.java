package dev.pgvigil.postgres;

import static java.util.Map.entry;

import dev.pgvigil.config.PercentCode;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Reads the parameters of a connection string. Every parameter of libpq is known: it is accepted if pgvigil supports its value,
 * and else refused with the reason.
 */
final class UrlParameters {

    private static final String ALLOWED = "allowed are sslmode, sslrootcert, sslcert, sslkey and channel_binding";
    private static final Set<String> KEPT = Set.of("sslmode", "sslrootcert", "sslcert", "sslkey");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_]{1,40}");
    private static final String BEFORE = "it stands before the ?: postgresql://user@host:port/database";
    private static final String SERVICE = "write into the URL what the service file says";
    private static final String OAUTH = "it has no OAuth: use a password or a client certificate";
    private static final String SCRAM_KEYS = "use password-file, password-env or password";
    private static final String REVOCATION = "it reads no revocation lists";

    /** Parameters of libpq that pgvigil does not accept, and why. */
    private static final Map<String, String> REFUSED = Map.ofEntries(
            entry("application_name", "it is always pgvigil"),
            entry("options", "it makes its own settings for its sessions"),
            entry("host", BEFORE),
            entry("hostaddr", "write the address in place of the host"),
            entry("port", BEFORE),
            entry("user", BEFORE),
            entry("dbname", BEFORE),
            entry("password", "use password-file, password-env or password"),
            entry("passfile", "use password-file, password-env or password"),
            entry("service", SERVICE),
            entry("servicefile", SERVICE),
            entry("require_auth", "with channel_binding=require it logs in by SCRAM over TLS alone"),
            entry("scram_client_key", SCRAM_KEYS),
            entry("scram_server_key", SCRAM_KEYS),
            entry("sslpassword", "decrypt the file of sslkey"),
            entry("sslcrl", REVOCATION),
            entry("sslcrldir", REVOCATION),
            entry("sslkeylogfile", "it writes no keys into files"),
            entry("oauth_issuer", OAUTH),
            entry("oauth_client_id", OAUTH),
            entry("oauth_client_secret", OAUTH),
            entry("oauth_scope", OAUTH));

    /**
     * Values that are accepted and ignored: they are pgvigil's behavior anyway, or have no effect over TCP and without GSSAPI.
     *
     * @param otherwise why other values are refused
     */
    private record Ignored(Pattern values, String otherwise) {

        static Ignored of(String values, String otherwise) {
            return new Ignored(Pattern.compile(values, Pattern.CASE_INSENSITIVE), otherwise);
        }
    }

    private static final Ignored NUMBER = Ignored.of("-?[0-9]{1,9}", "its value is a number");
    private static final Ignored ANYTHING = Ignored.of(".*", "");

    private static final Map<String, Ignored> IGNORED = Map.ofEntries(
            entry("channel_binding", Ignored.of("disable|prefer", "its value is disable, prefer or require")),
            entry("gssencmode", Ignored.of("disable|prefer", "it has no GSSAPI: write gssencmode=disable")),
            entry("sslnegotiation", Ignored.of("postgres", "write sslnegotiation=postgres, which every server takes")),
            entry("target_session_attrs", Ignored.of("any", "write role: primary or role: replica for the target")),
            entry("load_balance_hosts", Ignored.of("disable", "it tries the addresses of a host in their order")),
            // sessions.connect-timeout is less than the 2 s that libpq waits at least
            entry("connect_timeout", NUMBER),
            entry("keepalives", NUMBER),
            entry("keepalives_idle", NUMBER),
            entry("keepalives_interval", NUMBER),
            entry("keepalives_count", NUMBER),
            entry("tcp_user_timeout", NUMBER),
            entry("sslcompression", NUMBER),
            entry("sslsni", Ignored.of("1", "it always tells the server the name of the host")),
            entry("sslcertmode", Ignored.of("allow", "without sslcert and sslkey it shows no certificate")),
            entry(
                    "ssl_min_protocol_version",
                    Ignored.of("|TLSv1|TLSv1\\.1|TLSv1\\.2", "it takes TLS 1.2 and 1.3, the newer where it can")),
            entry(
                    "ssl_max_protocol_version",
                    Ignored.of("|TLSv1\\.3", "it takes TLS 1.2 and 1.3, the newer where it can")),
            entry("min_protocol_version", Ignored.of("3\\.0", "it speaks version 3.0 of the protocol")),
            entry("max_protocol_version", Ignored.of("3\\.0|3\\.2|latest", "it speaks version 3.0 of the protocol")),
            entry("client_encoding", Ignored.of("utf-?8|unicode|auto", "it always reads UTF-8")),
            entry("replication", Ignored.of("false|off|no|0", "its sessions are ordinary ones")),
            entry("fallback_application_name", ANYTHING),
            entry("krbsrvname", ANYTHING),
            entry("gsslib", ANYTHING),
            entry("gssdelegation", ANYTHING),
            entry("requirepeer", ANYTHING));

    private final Consumer<String> problems;
    private final Map<String, String> parameters = new LinkedHashMap<>();
    private final Set<String> given = new HashSet<>();

    UrlParameters(Consumer<String> problems) {
        this.problems = problems;
    }

    /** The parameters by name; empty for an empty text. */
    Map<String, String> parse(String query) {
        if (!query.isEmpty()) {
            for (String parameter : query.split("&", -1)) {
                parse(parameter.split("=", -1));
            }
        }
        return parameters;
    }

    private void parse(String[] parts) {
        String name = PercentCode.decoded(parts[0]);
        String value = parts.length == 2 ? PercentCode.decoded(parts[1]) : null;
        if (name == null || value == null) {
            problems.accept("has a parameter that is not name=value; " + ALLOWED);
            return;
        }
        String refusal = REFUSED.get(name);
        if (name.equals("host") && value.startsWith("/")) {
            refuse(name, "it connects by TCP, not by a Unix socket");
        } else if (refusal != null) {
            refuse(name, refusal);
        } else {
            enter(name, value);
        }
    }

    private void refuse(String name, String why) {
        problems.accept("has the parameter " + name + ", which pgvigil does not take: " + why);
    }

    private void enter(String name, String value) {
        // JDBC's spelling, which libpq accepts too
        if (name.equals("ssl")) {
            enter("sslmode", "true".equals(value) ? "require" : "ssl=" + value);
            return;
        }
        Ignored ignored = IGNORED.get(name);
        boolean kept = KEPT.contains(name) || (name.equals("channel_binding") && value.equals("require"));
        if (!kept && ignored == null) {
            problems.accept(
                    "has an unknown parameter" + (NAME.matcher(name).matches() ? " " + name : "") + "; " + ALLOWED);
        } else if (!given.add(name)) {
            problems.accept("has the parameter " + name + " twice");
        } else if (kept) {
            parameters.put(name, value);
        } else if (ignored != null && !ignored.values().matcher(value).matches()) {
            problems.accept(
                    "has the parameter " + name + " with a value that pgvigil does not take: " + ignored.otherwise());
        }
    }
}
