package dev.pgvigil.postgres;

import dev.pgvigil.config.PercentCode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Reads what stands after the question mark of a connection string. */
final class UrlParameters {

    private static final String ALLOWED = "allowed are sslmode, sslrootcert, sslcert and sslkey";
    private static final Pattern NAME = Pattern.compile("[A-Za-z_]{1,40}");
    private static final String BEFORE = "it stands before the ?: postgresql://user@host:port/database";

    /** Parameters that libpq knows and pgvigil does not take, and why. */
    private static final Map<String, String> REFUSED = Map.of(
            "application_name", "it is always pgvigil",
            "connect_timeout", "write sessions.connect-timeout in the configuration file",
            "target_session_attrs", "write role: primary or role: replica for the target",
            "options", "it makes its own settings for its sessions",
            "host", BEFORE,
            "port", BEFORE,
            "user", BEFORE,
            "dbname", BEFORE,
            "password", "use password-file, password-env or password");

    private final Consumer<String> problems;
    private final Map<String, String> parameters = new LinkedHashMap<>();

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
        if (refusal != null) {
            problems.accept("has the parameter " + name + ", which pgvigil does not take: " + refusal);
        } else {
            enter(name, value);
        }
    }

    private void enter(String name, String value) {
        switch (name) {
            case "sslmode", "sslrootcert", "sslcert", "sslkey" -> {
                if (parameters.put(name, value) != null) {
                    problems.accept("has the parameter " + name + " twice");
                }
            }
            // JDBC's way to say it, which libpq takes too
            case "ssl" -> enter("sslmode", "true".equals(value) ? "require" : "ssl=" + value);
            default ->
                problems.accept(
                        "has an unknown parameter" + (NAME.matcher(name).matches() ? " " + name : "") + "; " + ALLOWED);
        }
    }
}
