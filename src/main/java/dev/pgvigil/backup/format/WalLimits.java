package dev.pgvigil.backup.format;

/** Settings of the server that wrote the WAL, which a server that replays it must not have lower. */
public record WalLimits(int connections, int workers, int walSenders, int prepared, int locks) {

    /** The larger of each. */
    public WalLimits max(WalLimits other) {
        return new WalLimits(
                Math.max(connections, other.connections),
                Math.max(workers, other.workers),
                Math.max(walSenders, other.walSenders),
                Math.max(prepared, other.prepared),
                Math.max(locks, other.locks));
    }
}
