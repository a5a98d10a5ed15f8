package dev.pgvigil.check;

/** A check whose critical finding means that its server does not answer, so that all else that is found of it is a symptom. */
public interface Reachability {}
