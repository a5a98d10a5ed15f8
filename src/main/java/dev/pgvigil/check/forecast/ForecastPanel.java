package dev.pgvigil.check.forecast;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Shows how what a server has grows, and when it runs out; the first to run out first. */
@Singleton
final class ForecastPanel extends TablePanel<Forecast.Growths> {

    ForecastPanel() {
        super(Tab.STORAGE, "forecast", "Growth and forecast", Forecast.NAME, Forecast.Growths.class);
    }

    @Override
    protected PanelTable table(Forecast.Growths seen) {
        List<Growth> known = seen.growths().stream()
                .filter(one -> one.perDay() != null)
                .sorted(Comparator.comparingDouble(Growth::left).thenComparing(Growth::resource))
                .toList();
        if (known.isEmpty()) {
            return PanelTable.of("Too little was seen so far: at least " + TheilSen.FEWEST + " readings are needed.");
        }
        PanelTable table = PanelTable.of(
                "From what this process has seen.",
                "Growth of what may run out, the first to run out first",
                "What",
                "#Now",
                "#Limit",
                "#A day",
                "#Seen for",
                "#Runs out at");
        for (Growth growth : known) {
            table = table.row(
                    growth.label(),
                    growth.database(),
                    growth.text(growth.value()),
                    text(growth, growth.limit()),
                    band(growth),
                    HumanFormat.seconds(growth.seenSeconds()),
                    growth.runsOutAt() == null
                            ? HumanFormat.UNKNOWN
                            : day(growth.runsOutAt()) + " (" + day(growth.earliestAt()) + " to "
                                    + day(growth.latestAt()) + ")");
        }
        return table.more(seen.leftOut());
    }

    private static String band(Growth growth) {
        return text(growth, growth.perDay()) + " (" + text(growth, growth.perDayLow()) + " to "
                + text(growth, growth.perDayHigh()) + ")";
    }

    private static String text(Growth growth, @Nullable Double value) {
        return value == null ? HumanFormat.UNKNOWN : growth.text(value);
    }

    private static String day(@Nullable Instant at) {
        return at == null
                ? HumanFormat.UNKNOWN
                : at.truncatedTo(ChronoUnit.MINUTES).toString();
    }
}
