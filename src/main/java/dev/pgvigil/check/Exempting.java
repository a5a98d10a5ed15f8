package dev.pgvigil.check;

/** A check that supports {@code exempt} in its configuration: see {@link dev.pgvigil.target.Target#exemptions}. */
public interface Exempting {}
