package dev.pgvigil.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConnectLimiterTest {

    private final ConnectLimiter limiter = new ConnectLimiter();
    private final List<Runnable> places = new ArrayList<>();
    private final List<Integer> begun = new ArrayList<>();

    private void enter(int number) {
        limiter.enter(() -> {
            begun.add(number);
            places.add(limiter.place());
        });
    }

    @Test
    void queuesAttemptsOverLimitInOrder() {
        for (int i = 0; i < ConnectLimiter.PLACES + 2; i++) {
            enter(i);
        }
        assertThat(begun).hasSize(ConnectLimiter.PLACES);
        places.get(3).run();
        assertThat(begun).hasSize(ConnectLimiter.PLACES + 1).endsWith(ConnectLimiter.PLACES);
        places.get(3).run(); // a second call has no effect
        assertThat(begun).hasSize(ConnectLimiter.PLACES + 1);
        places.get(5).run();
        assertThat(begun).endsWith(ConnectLimiter.PLACES + 1);
    }
}
