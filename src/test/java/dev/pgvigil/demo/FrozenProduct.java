package dev.pgvigil.demo;

import java.io.IOException;
import java.time.Duration;

/** pgvigil itself hangs, which others must notice. */
final class FrozenProduct implements Fault {

    private final Product product;

    FrozenProduct(Product product) {
        this.product = product;
    }

    @Override
    public String begins() {
        return "pgvigil itself is stopped: it accepts connections and answers nothing";
    }

    @Override
    public String heals() {
        return "pgvigil goes on";
    }

    @Override
    public Duration lasts() {
        return Duration.ofSeconds(15);
    }

    @Override
    public void begin() throws IOException, InterruptedException {
        product.signal("STOP");
    }

    @Override
    public void heal() throws IOException, InterruptedException {
        product.signal("CONT");
    }
}
