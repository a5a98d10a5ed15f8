package dev.pgvigil.postgres;

/**
 * What files of certificates and keys were made into, once and where waiting is allowed: connections use it on event loops.
 * Equal if it was made of the same content, of which it shows nothing.
 */
public final class TlsMaterial<T> {

    private final String digest;
    private final T made;

    TlsMaterial(String digest, T made) {
        this.digest = digest;
        this.made = made;
    }

    T made() {
        return made;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TlsMaterial<?> that && digest.equals(that.digest);
    }

    @Override
    public int hashCode() {
        return digest.hashCode();
    }

    @Override
    public String toString() {
        return "***";
    }
}
