package dev.pgvigil.state;

import dev.pgvigil.postgres.Server;
import java.util.OptionalLong;

/** Tells which servers this process may act for: with several replicas, one of them sends alerts and writes history of a server. */
public interface Ownership {

    /** Whether this process is the only one. */
    boolean alone();

    /**
     * The fencing token with which this process may act for the server at this moment; empty: another replica does. A sink refuses a
     * token that is smaller than one it has accepted for the server. 0 while this process is the only one.
     */
    OptionalLong token(Server server);

    /** A sink has refused the token: this process claims the server again, or learns that it is another's. */
    void refused(Server server);

    /** That of the only process. */
    Ownership ALONE = new Ownership() {

        @Override
        public boolean alone() {
            return true;
        }

        @Override
        public OptionalLong token(Server server) {
            return OptionalLong.of(0);
        }

        @Override
        public void refused(Server server) {
            throw new IllegalStateException("nobody else acts for " + server.id());
        }
    };
}
