package dev.pgvigil.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SerialQueueTest {

    private final SerialQueue queue = new SerialQueue();
    private final List<Promise<String>> begun = new ArrayList<>();

    private Future<String> work() {
        Promise<String> promise = Promise.promise();
        begun.add(promise);
        return promise.future();
    }

    @Test
    void startsNextWorkAfterSuccessOrFailure() {
        Future<String> first = queue.submit(this::work);
        Future<String> second = queue.submit(this::work);
        Future<String> third = queue.submit(this::work);
        assertThat(begun).hasSize(1);
        begun.get(0).fail("no answer");
        assertThat(first.failed()).isTrue();
        assertThat(begun).hasSize(2);
        begun.get(1).complete("two");
        assertThat(second.result()).isEqualTo("two");
        begun.get(2).complete("three");
        assertThat(third.result()).isEqualTo("three");
        assertThat(queue.submit(this::work).isComplete()).isFalse();
        assertThat(begun).hasSize(4);
    }
}
