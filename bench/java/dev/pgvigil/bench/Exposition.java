package dev.pgvigil.bench;

import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The metrics of a service, as read from {@code /metrics}.
 *
 * @param seconds when they were read, or the time between two readings
 */
record Exposition(Map<String, Double> series, double seconds) {

    /** A bucket of a histogram. */
    private record Bucket(double upTo, double count) {}

    static Exposition of(Service service) throws IOException, InterruptedException {
        Map<String, Double> series = new HashMap<>();
        String text = service.get("/metrics");
        double told = System.nanoTime() / 1e9;
        text.lines().filter(line -> !line.startsWith("#") && line.contains(" ")).forEach(line -> {
            int end = line.lastIndexOf(' ');
            series.put(line.substring(0, end), Double.valueOf(line.substring(end + 1)));
        });
        return new Exposition(series, told);
    }

    /** The increase since an earlier reading. */
    Exposition since(Exposition before) {
        Map<String, Double> added = new HashMap<>();
        series.forEach((name, value) -> added.put(name, value - before.series.getOrDefault(name, 0d)));
        return new Exposition(added, seconds - before.seconds);
    }

    /** The sum of all series that begin with this text. */
    double sum(String beginning) {
        return series.entrySet().stream()
                .filter(one -> one.getKey().startsWith(beginning))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /** A quantile of a histogram, interpolated linearly within a bucket. */
    double quantile(String histogram, double quantile) {
        List<Bucket> buckets = series.entrySet().stream()
                .filter(one -> one.getKey().startsWith(histogram + "_bucket"))
                .map(one -> new Bucket(upTo(one.getKey()), one.getValue()))
                .sorted(Comparator.comparingDouble(Bucket::upTo))
                .toList();
        if (buckets.isEmpty() || buckets.getLast().count == 0) {
            throw new IllegalStateException("nothing is known of " + histogram);
        }
        double wanted = quantile * buckets.getLast().count;
        Bucket below = new Bucket(0, 0);
        for (Bucket bucket : buckets) {
            if (bucket.count >= wanted) {
                double share = (wanted - below.count) / (bucket.count - below.count);
                return Double.isInfinite(bucket.upTo) ? below.upTo : below.upTo + share * (bucket.upTo - below.upTo);
            }
            below = bucket;
        }
        return below.upTo;
    }

    private static double upTo(String series) {
        String bound = series.replaceFirst(".*le=\"", "").replaceFirst("\".*", "");
        return bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound);
    }
}
