package dev.pgvigil.http;

/** Told when another token has come into force: answers without end must not outlive the one that let their readers in. */
public record TokenReplaced() {}
