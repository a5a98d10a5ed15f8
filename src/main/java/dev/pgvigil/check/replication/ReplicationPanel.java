package dev.pgvigil.check.replication;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import dev.pgvigil.check.replication.ReplicationState.Pause;
import dev.pgvigil.check.replication.ReplicationState.Replay;
import dev.pgvigil.check.replication.ReplicationState.Standby;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/** Shows what a server sends to its standbys, and what a standby receives and replays. */
@Singleton
final class ReplicationPanel extends TablePanel<ReplicationState> {

    ReplicationPanel() {
        super(Tab.REPLICATION, "streaming", "Streaming", Replication.NAME, ReplicationState.class);
    }

    @Override
    protected PanelTable table(ReplicationState seen) {
        PanelTable table = PanelTable.of(
                summary(seen),
                "Standbys and other receivers connected to this server",
                "Receiver",
                "State",
                "#Not sent",
                "#Not flushed",
                "#Not replayed",
                "#Behind");
        for (Standby standby : seen.standbys()) {
            table = table.row(
                    standby.label(),
                    HumanFormat.list(
                            standby.syncState(),
                            standby.logical() ? "logical" : "",
                            standby.slotName() == null ? "" : "slot " + standby.slotName()),
                    standby.state(),
                    bytes(standby.sentBytesBehind()),
                    bytes(standby.flushBytesBehind()),
                    bytes(standby.replayBytesBehind()),
                    seconds(standby.lagSeconds()));
        }
        return table.more(seen.standbysConnected() - seen.standbys().size());
    }

    private static String summary(ReplicationState seen) {
        Replay replay = seen.replay();
        String timeline = seen.timeline() == null ? "" : ", timeline " + seen.timeline();
        return (replay == null ? "Primary" : "Standby" + standby(replay)) + timeline + ". "
                + HumanFormat.count(seen.standbysConnected(), "receiver") + " connected.";
    }

    private static String standby(Replay replay) {
        Double lag = replay.lagSeconds();
        String from = replay.streaming()
                ? " that streams from " + replay.sender()
                : replay.streams() ? " that does not stream" : " that restores from an archive";
        String state = replay.pause() == Pause.NOT_PAUSED ? "" : ", replay is paused";
        return from + state + ", " + (lag == null ? "lag unknown" : "lag " + HumanFormat.seconds(lag)) + ", "
                + HumanFormat.bytes(replay.bytesBehind()) + " not replayed";
    }

    private static String bytes(@Nullable Long bytes) {
        return bytes == null ? HumanFormat.UNKNOWN : HumanFormat.bytes(bytes);
    }

    private static String seconds(@Nullable Double seconds) {
        return seconds == null ? HumanFormat.UNKNOWN : HumanFormat.seconds(seconds);
    }
}
