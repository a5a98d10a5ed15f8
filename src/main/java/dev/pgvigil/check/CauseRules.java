package dev.pgvigil.check;

import java.util.List;

/** The cause rules of an area of checks. An implementation is a {@code @Singleton} beside the checks, found by its type. */
public interface CauseRules {

    List<CauseRule> rules();
}
