package dev.pgvigil.postgres;

/**
 * Parsed certificates or keys. They are parsed once, where blocking is allowed; connections use them on event loops. Equal if
 * parsed from the same content; {@link #toString} does not show it.
 */
public final class TlsMaterial<T> {

    private final String digest;
    private final T value;

    TlsMaterial(String digest, T value) {
        this.digest = digest;
        this.value = value;
    }

    T value() {
        return value;
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
