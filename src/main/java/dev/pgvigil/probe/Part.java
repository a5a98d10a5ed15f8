package dev.pgvigil.probe;

/** One check of an answer, in MicroProfile Health's form. */
record Part(String name, State status, Data data) {

    static Part of(String name, boolean up, Data data) {
        return new Part(name, State.of(up), data);
    }

    boolean up() {
        return status == State.UP;
    }
}
