package dev.pgvigil.http;

/** Fired when the token is replaced: streams that were authenticated by the previous token must end. */
public record TokenReplaced() {}
