package dev.pgvigil.postgres;

import dev.pgvigil.config.Secret;
import org.jspecify.annotations.Nullable;

/**
 * One PostgreSQL instance and how pgvigil connects to it. Targets with an equal server share one session and one connection
 * budget.
 *
 * @param pooler the admin console of the PgBouncer in front of it; null: none is configured
 * @param resources where the resources of its host are read; null: nowhere
 */
public record Server(
        String host,
        int port,
        String user,
        @Nullable Secret password,
        Tls tls,
        @Nullable Server pooler,
        @Nullable HostEndpoint resources) {

    /** A server without a pooler that pgvigil watches. */
    public Server(String host, int port, String user, @Nullable Secret password, Tls tls) {
        this(host, port, user, password, tls, null, null);
    }

    /** This server behind a PgBouncer. */
    public Server behind(@Nullable Server console) {
        return new Server(host, port, user, password, tls, console, resources);
    }

    /** This server on a host whose resources can be read. */
    public Server on(@Nullable HostEndpoint machine) {
        return new Server(host, port, user, password, tls, pooler, machine);
    }

    /** Address and user: unchanged when a password is rotated or a certificate replaced. */
    public record Identity(String host, int port, String user) {}

    public Identity identity() {
        return new Identity(host, port, user);
    }

    /** {@code host:port}, IPv6 in brackets: the label {@code server} of metrics and the API. */
    public String id() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
