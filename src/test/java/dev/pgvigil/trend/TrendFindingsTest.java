package dev.pgvigil.trend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TrendFindingsTest {

    private static final double LIMIT = 0.1;

    private static TargetTrends trends(@Nullable Integer slots, boolean troubled, SeriesTrend... series) {
        return new TargetTrends("shop", Past.NOW, List.of(series), slots, troubled);
    }

    private static List<String> keys(TargetTrends trends) {
        return TrendFindings.of(trends, LIMIT).stream().map(Finding::key).toList();
    }

    private static SeriesTrend size(double level, double ratio, double low) {
        return new SeriesTrend(
                Measure.DATABASE_SIZE,
                30,
                new DailyGrowth(14, 0, level, level * ratio, ratio, low, ratio * 1.1),
                null,
                null);
    }

    private static SeriesTrend connections(@Nullable WeekAhead forecast, @Nullable Anomaly anomaly) {
        return new SeriesTrend(Measure.CONNECTIONS, 30, null, forecast, anomaly);
    }

    private static SeriesTrend responseTime(Anomaly anomaly) {
        return new SeriesTrend(Measure.RESPONSE_TIME, 30, null, null, anomaly);
    }

    @Test
    void growthOfMoreThanATenthADayIsAFinding() {
        assertThat(keys(trends(null, false, size(10e9, 0.11, 0.1)))).containsExactly("trends/database-size-growth");
        assertThat(keys(trends(null, false, size(10e9, 0.09, 0.08)))).isEmpty();
    }

    @Test
    void growthThatIsNotCertainOrOfLittleIsNone() {
        assertThat(keys(trends(null, false, size(10e9, 0.2, -0.01)))).isEmpty();
        assertThat(keys(trends(null, false, size(100e6, 0.2, 0.19)))).isEmpty();
    }

    @Test
    void forecastIsAFindingIfItsNearEdgeReachesTheLimit() {
        assertThat(keys(trends(100, false, connections(new WeekAhead(120, 5, 15, 20), null))))
                .containsExactly("trends/connections-limit");
        assertThat(keys(trends(100, false, connections(new WeekAhead(120, 5, 25, 20), null))))
                .isEmpty();
        assertThat(keys(trends(null, false, connections(new WeekAhead(120, 5, 15, 20), null))))
                .isEmpty();
    }

    @Test
    void oneUnusualSeriesIsAFindingOnlyOfATargetThatIsNotWell() {
        Anomaly unusual = new Anomaly(50, 3, 200, true);

        assertThat(keys(trends(null, false, connections(null, unusual)))).isEmpty();
        assertThat(keys(trends(null, true, connections(null, unusual)))).containsExactly("trends/anomaly");
        assertThat(keys(trends(null, false, connections(null, unusual), responseTime(unusual))))
                .containsExactly("trends/anomaly");
        assertThat(keys(trends(null, true, connections(null, new Anomaly(50, 3, 51, false)))))
                .isEmpty();
    }

    @Test
    void noFindingChangesTheStatus() {
        Anomaly unusual = new Anomaly(50, 3, 200, true);
        TargetTrends all = trends(
                100,
                true,
                size(10e9, 0.2, 0.19),
                connections(new WeekAhead(120, 5, 15, 20), unusual),
                responseTime(unusual));

        assertThat(TrendFindings.of(all, LIMIT)).hasSize(3).allSatisfy(finding -> {
            assertThat(finding.status()).isEqualTo(Status.HEALTHY);
            assertThat(finding.action()).isNotBlank();
            assertThat(finding.expectedEffect()).isNotBlank();
        });
    }
}
