package dev.pgvigil.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.MetricSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeriesBuilderTest {

    private final DroppedSeries losses = new DroppedSeries();
    private final SeriesBuilder harvest = new SeriesBuilder(losses, 0);
    private final MetricSink shop = harvest.under(Labels.NONE.with("target", "shop"));

    @Test
    void groupsSeriesByName() {
        shop.gauge("pgvigil_connections", "Connections.", 3, "state", "idle");
        shop.counter("pgvigil_resets_total", "Resets.", 1);
        harvest.under(Labels.NONE.with("target", "bank")).gauge("pgvigil_connections", "Connections.", 5);

        assertThat(harvest.families())
                .extracting(Family::name)
                .containsExactly("pgvigil_connections", "pgvigil_resets_total");
        assertThat(harvest.families().getFirst().series())
                .containsEntry(Labels.NONE.with("state", "idle", "target", "shop"), 3.0)
                .containsEntry(Labels.NONE.with("target", "bank"), 5.0);
    }

    @Test
    void dropsDuplicateSeries() {
        shop.gauge("pgvigil_locks", "Locks.", 1, "mode", "share", "granted", "true");
        shop.gauge("pgvigil_locks", "Locks.", 2, "granted", "true", "mode", "share");

        assertThat(harvest.families().getFirst().series()).hasSize(1).containsValue(1.0);
        assertThat(losses.of(DroppedSeries.Cause.DUPLICATE)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"connections", "pgvigil_a_total", "pgvigil_Ä", "pgvigil_a-b", "pgvigil_", "pgvigil_a\nb"})
    void dropsGaugeWithInvalidName(String name) {
        shop.gauge(name, "Help.", 1);

        assertThat(harvest.families()).isEmpty();
        assertThat(losses.of(DroppedSeries.Cause.INVALID)).isEqualTo(1);
    }

    @Test
    void counterRequiresTotalSuffix() {
        shop.counter("pgvigil_connects", "Help.", 1);

        assertThat(harvest.families()).isEmpty();
        assertThat(losses.of(DroppedSeries.Cause.INVALID)).isEqualTo(1);
    }

    @Test
    void checkCannotSetOwnerLabels() {
        shop.gauge("pgvigil_a", "Help.", 1, "target", "bank");
        shop.gauge("pgvigil_b", "Help.", 1, "state");

        assertThat(harvest.families()).isEmpty();
        assertThat(losses.of(DroppedSeries.Cause.INVALID)).isEqualTo(2);
    }

    @Test
    void dropsSecondKindOfSameName() {
        shop.gauge("pgvigil_waits", "Help.", 1);
        shop.counter("pgvigil_waits_total", "Help.", 1);

        assertThat(harvest.families()).hasSize(1);
        assertThat(losses.of(DroppedSeries.Cause.CONFLICT)).isEqualTo(1);
    }

    @Test
    void limitsSeriesPerTarget() {
        for (int i = 0; i < SeriesBuilder.PER_OWNER + 10; i++) {
            shop.gauge("pgvigil_relations", "Help.", i, "relname", "t" + i);
        }
        harvest.under(Labels.NONE.with("target", "bank")).gauge("pgvigil_relations", "Help.", 1);

        assertThat(harvest.families().getFirst().series())
                .hasSize(SeriesBuilder.PER_OWNER + 1)
                .containsKey(Labels.NONE.with("target", "bank"));
        assertThat(losses.of(DroppedSeries.Cause.LIMIT)).isEqualTo(10);
    }

    @Test
    void limitsAllSeries() {
        int owners = SeriesBuilder.IN_ALL / SeriesBuilder.PER_OWNER + 1;
        for (int owner = 0; owner < owners; owner++) {
            MetricSink gauges = harvest.under(Labels.NONE.with("target", "t" + owner));
            for (int i = 0; i < SeriesBuilder.PER_OWNER; i++) {
                gauges.gauge("pgvigil_relations", "Help.", i, "relname", "t" + i);
            }
        }

        assertThat(harvest.families().getFirst().series()).hasSize(SeriesBuilder.IN_ALL);
        assertThat(losses.of(DroppedSeries.Cause.LIMIT)).isEqualTo(SeriesBuilder.PER_OWNER);
    }

    @Test
    void reservesSeriesForEachCheck() {
        SeriesBuilder all = new SeriesBuilder(losses, 2);
        for (int owner = 0; owner <= SeriesBuilder.IN_ALL / SeriesBuilder.PER_OWNER; owner++) {
            MetricSink greedy = all.under(Labels.NONE.with("target", "t" + owner), "statements");
            for (int i = 0; i < SeriesBuilder.PER_OWNER; i++) {
                greedy.gauge("pgvigil_statements", "Help.", i, "queryid", "q" + i);
            }
        }
        all.under(Labels.NONE.with("target", "shop"), "connections").gauge("pgvigil_connections", "Help.", 1);
        all.under(Labels.NONE.with("target", "shop")).gauge("pgvigil_target_up", "Help.", 1);

        assertThat(all.families()).hasSize(3);
        assertThat(all.families().getFirst().series()).hasSize(SeriesBuilder.IN_ALL / 2 + SeriesBuilder.IN_ALL / 6);
    }
}
