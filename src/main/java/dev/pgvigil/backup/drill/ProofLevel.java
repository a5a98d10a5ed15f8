package dev.pgvigil.backup.drill;

/** What has been proven of a backup; each level includes those before it. */
public enum ProofLevel {
    /** It is there. */
    INVENTORIED(0),
    /** Every byte is what it was when it was made. */
    INTACT(1),
    /** A server starts from it. */
    STARTS(2),
    /** WAL was replayed to a chosen moment, and the data is that of this moment. */
    RECOVERS(3),
    /** The configured assertions are true of it. */
    DATA_ASSERTED(4),
    /** The copies of the repository have the same. */
    COPIES_AGREE(5);

    private final int number;

    ProofLevel(int number) {
        this.number = number;
    }

    /** Its number in metrics. */
    public int number() {
        return number;
    }
}
