package dev.pgvigil.config;

import java.time.Duration;
import java.util.List;

/** The allowed values of a key. */
sealed interface KeyType {

    /** Describes the allowed values; completes "must be …". */
    String allowed();

    /** A map with the keys that a section reads. */
    record Keys() implements KeyType {
        @Override
        public String allowed() {
            return "a map";
        }
    }

    /** A map whose keys the user chooses. */
    record Names() implements KeyType {
        @Override
        public String allowed() {
            return "a map";
        }
    }

    /** Any single value. */
    record Text() implements KeyType {
        @Override
        public String allowed() {
            return "text";
        }
    }

    /** A list of single values, or one of them alone. */
    record Texts() implements KeyType {
        @Override
        public String allowed() {
            return "a list of texts";
        }
    }

    /** A list of maps with the same keys. */
    record Maps() implements KeyType {
        @Override
        public String allowed() {
            return "a list of maps";
        }
    }

    /** A boolean. */
    record Flag() implements KeyType {
        @Override
        public String allowed() {
            return "true or false";
        }
    }

    /** A whole number. */
    record Whole(long min, long max) implements KeyType {
        @Override
        public String allowed() {
            return "a whole number from " + min + " to " + max;
        }
    }

    /** A duration. */
    record Time(Duration min, Duration max) implements KeyType {
        @Override
        public String allowed() {
            return "a duration from " + Quantity.show(min) + " to " + Quantity.show(max);
        }
    }

    /** A ratio. */
    record Ratio(double min, double max) implements KeyType {
        @Override
        public String allowed() {
            return "a ratio from " + Quantity.show(min) + " to " + Quantity.show(max);
        }
    }

    /** A number of bytes. */
    record Size(long min, long max) implements KeyType {
        @Override
        public String allowed() {
            return "a size from " + Quantity.show(min) + " to " + Quantity.show(max);
        }
    }

    /** One of these words. */
    record Choice(List<String> words) implements KeyType {

        public Choice {
            words = List.copyOf(words);
        }

        @Override
        public String allowed() {
            int last = words.size() - 1;
            return last < 1
                    ? String.join("", words)
                    : String.join(", ", words.subList(0, last)) + " or " + words.get(last);
        }
    }
}
