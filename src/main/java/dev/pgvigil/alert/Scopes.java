package dev.pgvigil.alert;

/** What is kept of alerts together, and which process may send it: with replicas each server is a scope, otherwise the whole fleet is one. */
interface Scopes {

    /** The scope of everything in a process without replicas, unless it is configured. */
    String FLEET = "fleet";

    /** Everything in one scope, which is this process' own. */
    Scopes ALONE = new Scopes() {

        @Override
        public String of(String target) {
            return FLEET;
        }

        @Override
        public boolean mine(String scope) {
            return true;
        }

        @Override
        public boolean whole() {
            return true;
        }
    };

    /** The scope of a target. */
    String of(String target);

    /** Whether this process may send what belongs to a scope. */
    boolean mine(String scope);

    /** Whether one scope has everything. */
    boolean whole();
}
