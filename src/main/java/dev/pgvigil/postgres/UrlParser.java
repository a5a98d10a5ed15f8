package dev.pgvigil.postgres;

import dev.pgvigil.config.PercentCode;
import dev.pgvigil.config.Secret;
import io.netty.util.NetUtil;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Parses one connection string. If the string cannot be split with certainty, no part of it is shown: a wrongly split part may
 * contain a piece of the password.
 */
final class UrlParser {

    private static final List<String> SCHEMES = List.of("postgresql://", "postgres://");
    private static final int MAX_LENGTH = 4096;
    private static final int DEFAULT_PORT = 5432;
    private static final int MAX_PORT = 65_535;
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252})");
    private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");
    private static final Pattern BRACKETED = Pattern.compile("\\[([^\\[\\]]*)](:[^:]*)?");

    private final Consumer<String> problems;
    private boolean failed;

    UrlParser(Consumer<String> problems) {
        this.problems = problems;
    }

    @Nullable
    ConnectionUrl parse(String text) {
        String rest = afterScheme(text);
        if (rest == null) {
            return null;
        }
        int end = firstOf(rest, "@/", 0);
        boolean named = end < rest.length() && rest.charAt(end) == '@';
        String credentials = named ? rest.substring(0, end) : "";
        String address = named ? rest.substring(end + 1) : rest;
        if (address.indexOf('@') >= 0) {
            problem("has an @ too many: in a user name, password or database name write @ as %40, / as %2F and : as"
                    + " %3A");
            return null;
        }
        return parse(credentials, address);
    }

    private @Nullable ConnectionUrl parse(String credentials, String address) {
        int hostEnd = firstOf(address, "/?", 0);
        int pathEnd = firstOf(address, "?", hostEnd);
        String user = user(credentials);
        if (user == null) {
            return null;
        }
        Optional<Secret> password = password(credentials);
        String host = host(address.substring(0, hostEnd));
        int port = host == null ? 0 : port(address.substring(0, hostEnd));
        String database = database(address.substring(hostEnd, pathEnd), user);
        Map<String, String> parameters =
                new UrlParameters(problems).parse(address.substring(Math.min(pathEnd + 1, address.length())));
        return failed || host == null || database == null
                ? null
                : new ConnectionUrl(
                        host.toLowerCase(Locale.ROOT), port, user, password.orElse(null), database, parameters);
    }

    private @Nullable String afterScheme(String text) {
        if (text.length() > MAX_LENGTH) {
            return problem("is longer than " + MAX_LENGTH + " characters");
        }
        if (text.startsWith("jdbc:")) {
            return problem("must begin with postgresql://, without jdbc:");
        }
        for (String scheme : SCHEMES) {
            if (text.startsWith(scheme)) {
                String rest = text.substring(scheme.length());
                return rest.codePoints().anyMatch(UrlParser::blank)
                        ? problem("holds a blank or a control character: write a blank as %20")
                        : rest;
            }
        }
        return problem("must be a URL: postgresql://user@host:port/database");
    }

    private @Nullable String user(String credentials) {
        String user = decoded("user name", credentials.substring(0, firstOf(credentials, ":", 0)));
        return user != null && user.isEmpty() ? problem("names no user: postgresql://user@host:port/database") : user;
    }

    private Optional<Secret> password(String credentials) {
        int colon = credentials.indexOf(':');
        String password = colon < 0 ? "" : decoded("password", credentials.substring(colon + 1));
        return password == null || password.isEmpty() ? Optional.empty() : Optional.of(new Secret(password));
    }

    private @Nullable String host(String address) {
        if (address.contains(",") || address.toLowerCase(Locale.ROOT).contains("%2c")) {
            return problem("names several hosts: make each a target of its own");
        }
        if (address.startsWith("[")) {
            return bracketed(address);
        }
        if (address.indexOf(':') != address.lastIndexOf(':')) {
            return problem("has more than one : in host and port: an IPv6 address stands in brackets, [::1]:5432");
        }
        String host = decoded("host", address.substring(0, firstOf(address, ":", 0)));
        if (host != null && (host.isEmpty() || host.startsWith("/"))) {
            return problem("names no host: pgvigil connects by TCP, not by a Unix socket");
        }
        return host == null || HOST.matcher(host).matches()
                ? host
                : problem("names a host that is neither a DNS name nor an address");
    }

    private @Nullable String bracketed(String address) {
        Matcher parts = BRACKETED.matcher(address);
        String host = parts.matches() ? decoded("host", parts.group(1)) : "";
        return host == null || NetUtil.isValidIpV6Address(host)
                ? host
                : problem("names a host in brackets that is no IPv6 address, such as [::1]:5432");
    }

    private int port(String address) {
        int colon = address.indexOf(':', Math.max(0, address.lastIndexOf(']')));
        String digits = address.substring(colon < 0 ? address.length() : colon + 1);
        if (digits.isEmpty()) {
            return DEFAULT_PORT;
        }
        int port = PORT.matcher(digits).matches() ? Integer.parseInt(digits) : 0;
        if (port < 1 || port > MAX_PORT) {
            problem("has a port that is no number from 1 to " + MAX_PORT);
        }
        return port;
    }

    private @Nullable String database(String path, String user) {
        if (path.indexOf('/', 1) >= 0) {
            return problem("has a / too many: in a user name, password or database name write / as %2F");
        }
        String name = path.isEmpty() ? "" : decoded("database name", path.substring(1));
        return name != null && name.isEmpty() ? user : name;
    }

    private @Nullable String decoded(String part, String text) {
        String decoded = PercentCode.decoded(text);
        return decoded == null
                ? problem("has a malformed percent escape in its " + part + ": write % itself as %25")
                : decoded;
    }

    /** Reports an error; always returns null. */
    private @Nullable String problem(String message) {
        failed = true;
        problems.accept(message);
        return null;
    }

    private static boolean blank(int c) {
        return Character.isISOControl(c) || Character.isWhitespace(c) || Character.isSpaceChar(c);
    }

    private static int firstOf(String text, String characters, int from) {
        int i = from;
        while (i < text.length() && characters.indexOf(text.charAt(i)) < 0) {
            i++;
        }
        return i;
    }
}
