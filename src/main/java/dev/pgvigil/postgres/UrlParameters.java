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
 * Reads what stands after the question mark of a connection string. Every parameter of libpq is known: what pgvigil does is
 * taken, and what it does not is refused with the reason.
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

    /** Parameters that libpq knows and pgvigil does not take, and why. */
    private static final Map<String, String> REFUSED = Map.ofEntries(
            entry("application_name", "it is always pgvigil"),
            entry("connect_timeout", "write sessions.connect-timeout in the configuration file"),
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
     * What a parameter may say, as that is what pgvigil does anyway, or what changes nothing over TCP and without GSSAPI.
     *
     * @param otherwise why another value is refused
     */
    private record Harmless(Pattern values, String otherwise) {

        static Harmless of(String values, String otherwise) {
            return new Harmless(Pattern.compile(values, Pattern.CASE_INSENSITIVE), otherwise);
        }
    }

    private static final Harmless NUMBER = Harmless.of("-?[0-9]{1,9}", "its value is a number");
    private static final Harmless ANYTHING = Harmless.of(".*", "");

    private static final Map<String, Harmless> HARMLESS = Map.ofEntries(
            entry("channel_binding", Harmless.of("disable|prefer", "its value is disable, prefer or require")),
            entry("gssencmode", Harmless.of("disable|prefer", "it has no GSSAPI: write gssencmode=disable")),
            entry("sslnegotiation", Harmless.of("postgres", "write sslnegotiation=postgres, which every server takes")),
            entry("target_session_attrs", Harmless.of("any", "write role: primary or role: replica for the target")),
            entry("load_balance_hosts", Harmless.of("disable", "it tries the addresses of a host in their order")),
            entry("keepalives", NUMBER),
            entry("keepalives_idle", NUMBER),
            entry("keepalives_interval", NUMBER),
            entry("keepalives_count", NUMBER),
            entry("tcp_user_timeout", NUMBER),
            entry("sslcompression", NUMBER),
            entry("sslsni", Harmless.of("1", "it always tells the server the name of the host")),
            entry("sslcertmode", Harmless.of("allow", "without sslcert and sslkey it shows no certificate")),
            entry(
                    "ssl_min_protocol_version",
                    Harmless.of("|TLSv1|TLSv1\\.1|TLSv1\\.2", "it takes TLS 1.2 and 1.3, the newer where it can")),
            entry(
                    "ssl_max_protocol_version",
                    Harmless.of("|TLSv1\\.3", "it takes TLS 1.2 and 1.3, the newer where it can")),
            entry("min_protocol_version", Harmless.of("3\\.0", "it speaks version 3.0 of the protocol")),
            entry("max_protocol_version", Harmless.of("3\\.0|3\\.2|latest", "it speaks version 3.0 of the protocol")),
            entry("client_encoding", Harmless.of("utf-?8|unicode|auto", "it always reads UTF-8")),
            entry("replication", Harmless.of("false|off|no|0", "its sessions are ordinary ones")),
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
        // JDBC's way to say it, which libpq takes too
        if (name.equals("ssl")) {
            enter("sslmode", "true".equals(value) ? "require" : "ssl=" + value);
            return;
        }
        Harmless harmless = HARMLESS.get(name);
        boolean kept = KEPT.contains(name) || (name.equals("channel_binding") && value.equals("require"));
        if (!kept && harmless == null) {
            problems.accept(
                    "has an unknown parameter" + (NAME.matcher(name).matches() ? " " + name : "") + "; " + ALLOWED);
        } else if (!given.add(name)) {
            problems.accept("has the parameter " + name + " twice");
        } else if (kept) {
            parameters.put(name, value);
        } else if (harmless != null && !harmless.values().matcher(value).matches()) {
            problems.accept(
                    "has the parameter " + name + " with a value that pgvigil does not take: " + harmless.otherwise());
        }
    }
}
