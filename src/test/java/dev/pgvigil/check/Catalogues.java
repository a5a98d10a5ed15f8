package dev.pgvigil.check;

import java.util.List;

/** Catalogues of chosen checks. */
public final class Catalogues {

    private Catalogues() {}

    public static Catalogue of(Check<?>... checks) {
        return new Catalogue(List.of(checks));
    }
}
