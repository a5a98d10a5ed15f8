package dev.pgvigil.slo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.monitor.Scene;
import dev.pgvigil.target.Target;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFileTest {

    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final long BEGIN = NOW.getEpochSecond();
    private static final Target SHOP = SampleSlos.target("shop");

    @TempDir
    private Path folder;

    private StateFile file() {
        return new StateFile(folder.resolve("slos.state"));
    }

    private static Objectives objectives(Slos slos) {
        Objectives objectives = new Objectives(new Catalogue(List.of(new Heartbeat())));
        objectives.configure(slos);
        return objectives;
    }

    private static Slos slos() {
        return SampleSlos.only(SampleSlos.availability(0.999, BudgetWindow.D30));
    }

    /** Ticks of a server that does not answer. */
    private static ObjectiveStatus down(Objectives objectives, long from, int seconds) {
        Scene scene = Scene.at(NOW).unseen(SHOP, Status.UNHEALTHY);
        Scene failing = scene.outcome(SHOP, Heartbeat.NAME, scene.failed(Duration.ZERO, null));
        for (int i = 0; i < seconds; i++) {
            var _ = objectives.tick(failing.snapshot(), NOW, from + i);
        }
        return objectives.report().objectives().getFirst();
    }

    @Test
    void countsAndPagesContinueAfterARestartAndTheTimeBetweenIsUnknown() throws IOException {
        Objectives before = objectives(slos());
        assertThat(down(before, BEGIN, 100).pages()).isTrue();
        file().write(before);

        Objectives after = objectives(slos());
        assertThat(file().read(after, BEGIN + 400)).isEqualTo(new StateFile.Result.Restored(1));
        ObjectiveStatus status = down(after, BEGIN + 400, 1);

        assertThat(status.burn().counts().bad()).isEqualTo(101);
        assertThat(status.unknown()).isEqualTo(300);
        assertThat(status.pages()).isTrue();
        assertThat(status.first()).isEqualTo(BEGIN);
    }

    @Test
    void otherThresholdOrWindowBeginsAnew() throws IOException {
        Objectives before = objectives(slos());
        down(before, BEGIN, 100);
        file().write(before);

        Objectives after = objectives(SampleSlos.only(SampleSlos.availability(0.999, BudgetWindow.D28)));
        assertThat(file().read(after, BEGIN + 100)).isEqualTo(new StateFile.Result.Restored(1));

        assertThat(down(after, BEGIN + 100, 1).burn().counts().bad()).isEqualTo(1);
    }

    @Test
    void otherRatioContinues() throws IOException {
        Objectives before = objectives(slos());
        down(before, BEGIN, 100);
        file().write(before);

        Objectives after = objectives(SampleSlos.only(SampleSlos.availability(0.99, BudgetWindow.D30)));
        assertThat(file().read(after, BEGIN + 100)).isInstanceOf(StateFile.Result.Restored.class);

        assertThat(down(after, BEGIN + 100, 1).burn().counts().bad()).isEqualTo(101);
    }

    @Test
    void clockThatWasSetBackKeepsTheBudget() throws IOException {
        Objectives before = objectives(slos());
        down(before, BEGIN, 100);
        file().write(before);

        Objectives after = objectives(slos());
        assertThat(file().read(after, BEGIN - 86_400)).isInstanceOf(StateFile.Result.Restored.class);

        assertThat(down(after, BEGIN - 86_400, 10).burn().counts().bad()).isEqualTo(110);
    }

    @Test
    void missingFileIsNoFault() {
        assertThat(file().read(objectives(slos()), BEGIN)).isEqualTo(new StateFile.Result.Absent());
    }

    /** Every cut, and a changed byte anywhere, is told, kept beside, and nothing of it is used. */
    @Test
    void damagedFileIsNotUsed() throws IOException {
        Objectives before = objectives(slos());
        down(before, BEGIN, 100);
        file().write(before);
        byte[] good = Files.readAllBytes(file().path());

        int tried = 0;
        for (int at = 0; at < good.length; at++) {
            byte[] changed = good.clone();
            changed[at] ^= 0x55;
            if (!meansTheSame(changed, good)) {
                assertUnusable(changed, "changed at " + at);
                tried++;
            }
            assertUnusable(Arrays.copyOf(good, at), "cut at " + at);
        }
        assertThat(tried).isGreaterThan(good.length * 9 / 10);
        assertThat(folder.resolve("slos.state.unusable")).exists();
    }

    /** The time and the system in the header mean nothing, nor do the bits that fill the last byte, nor where in a run of zeros a copy begins. */
    private static boolean meansTheSame(byte[] one, byte[] other) throws IOException {
        try {
            return Arrays.equals(content(one), content(other));
        } catch (EOFException | ZipException e) {
            return false;
        }
    }

    private static byte[] content(byte[] compressed) throws IOException {
        return new GZIPInputStream(new ByteArrayInputStream(compressed)).readAllBytes();
    }

    private void assertUnusable(byte[] bytes, String what) throws IOException {
        Files.write(file().path(), bytes);
        Objectives after = objectives(slos());
        assertThat(file().read(after, BEGIN + 100)).as(what).isInstanceOf(StateFile.Result.Unusable.class);
        assertThat(file().path()).doesNotExist();
        assertThat(down(after, BEGIN + 100, 1).burn().counts().bad()).as(what).isEqualTo(1);
    }

    @Test
    void writingLeavesNothingBeside() throws IOException {
        file().write(objectives(slos()));

        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file().path());
        }
    }
}
