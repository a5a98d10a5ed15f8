package dev.pgvigil.check;

/** A check that honours {@code exempt} in its configuration: see {@link dev.pgvigil.target.Target#exemptions}. */
public interface Exempting {}
