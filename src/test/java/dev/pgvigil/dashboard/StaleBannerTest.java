package dev.pgvigil.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.self.WatchStall;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StaleBannerTest {

    @ParameterizedTest
    @CsvSource({
        "PT0.4S, PT0.5S, false",
        "PT5S, PT0.5S, false",
        "PT5.1S, PT0.5S, true",
        "PT59S, PT30S, false",
        "PT91S, PT30S, true",
        "PT1H, PT0S, false",
    })
    void pagesWarnWhenMonitoringStopped(Duration lasted, Duration interval, boolean told) {
        assertThat(!StaleBanner.note(new WatchStall(lasted, interval)).isEmpty())
                .isEqualTo(told);
    }

    @ParameterizedTest
    @CsvSource("PT2M, PT1S")
    void warningContainsDuration(Duration lasted, Duration interval) {
        assertThat(StaleBanner.note(new WatchStall(lasted, interval)))
                .isEqualTo("pgvigil has not checked any server for 2 min. This page may be out of date.");
        assertThat(StaleBanner.note(null)).isEmpty();
    }
}
