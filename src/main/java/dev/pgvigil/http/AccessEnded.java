package dev.pgvigil.http;

import java.util.function.Predicate;

/**
 * Fired when callers lose access: open streams of theirs end.
 *
 * @param concerns by the key of {@link SignedIn#key}: the session, else the caller's name
 */
public record AccessEnded(Predicate<String> concerns) {}
