package dev.pgvigil.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConnectLimiterTest {

    private final ConnectLimiter gate = new ConnectLimiter();
    private final List<Runnable> places = new ArrayList<>();
    private final List<Integer> begun = new ArrayList<>();

    private void enter(int number) {
        gate.enter(() -> {
            begun.add(number);
            places.add(gate.place());
        });
    }

    @Test
    void soManyAtOnceAndTheRestInOrder() {
        for (int i = 0; i < ConnectLimiter.PLACES + 2; i++) {
            enter(i);
        }
        assertThat(begun).hasSize(ConnectLimiter.PLACES);
        places.get(3).run();
        assertThat(begun).hasSize(ConnectLimiter.PLACES + 1).endsWith(ConnectLimiter.PLACES);
        places.get(3).run(); // a place is given back once
        assertThat(begun).hasSize(ConnectLimiter.PLACES + 1);
        places.get(5).run();
        assertThat(begun).endsWith(ConnectLimiter.PLACES + 1);
    }
}
