package dev.pgvigil.config;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Regular expressions, as JSON Schema has them, for numbers with a unit that lie within bounds. */
final class AmountPattern {

    private static final String AMOUNT = "[0-9]{1,15}(?:\\.[0-9]{1,9})?";
    private static final int DIGITS = 9;

    private AmountPattern() {}

    /**
     * Matches amounts from the one bound to the other.
     *
     * @param units how many base units each unit is, by the expression that it is written with
     */
    static String of(BigDecimal min, BigDecimal max, Map<String, BigDecimal> units) {
        return units.entrySet().stream()
                .map(unit -> atLeast(min.divide(unit.getValue(), DIGITS, RoundingMode.CEILING))
                        + atMost(max.divide(unit.getValue(), DIGITS, RoundingMode.FLOOR)) + AMOUNT + " ?"
                        + unit.getKey())
                .collect(Collectors.joining("|", "^(?:", ")$"));
    }

    private static String atLeast(BigDecimal bound) {
        String whole = whole(bound);
        String fraction = fraction(bound);
        List<String> more = new ArrayList<>();
        more.add("[1-9][0-9]{" + whole.length() + ",}");
        for (int i = 0; i < whole.length(); i++) {
            if (whole.charAt(i) < '9') {
                more.add(whole.substring(0, i) + "[" + next(whole, i) + "-9][0-9]{" + (whole.length() - i - 1) + "}");
            }
        }
        List<String> fractions = new ArrayList<>();
        fractions.add(fraction + "[0-9]*");
        for (int i = 0; i < fraction.length(); i++) {
            if (fraction.charAt(i) < '9') {
                fractions.add(fraction.substring(0, i) + "[" + next(fraction, i) + "-9][0-9]*");
            }
        }
        String rest = fraction.isEmpty() ? "(?:\\.[0-9]+)?" : "\\.(?:" + String.join("|", fractions) + ")";
        return ahead(more, whole, rest);
    }

    private static String atMost(BigDecimal bound) {
        String whole = whole(bound);
        String fraction = fraction(bound);
        List<String> less = new ArrayList<>();
        if (whole.length() > 1) {
            less.add("(?:[1-9][0-9]{0," + (whole.length() - 2) + "})?");
        } else if (whole.length() == 1) {
            less.add("");
        }
        for (int i = 0; i < whole.length(); i++) {
            char least = i == 0 ? '1' : '0';
            if (whole.charAt(i) > least) {
                less.add(whole.substring(0, i) + "[" + least + "-" + before(whole, i) + "][0-9]{"
                        + (whole.length() - i - 1) + "}");
            }
        }
        List<String> fractions = new ArrayList<>();
        fractions.add(fraction + "0*");
        for (int i = 0; i < fraction.length(); i++) {
            if (i > 0) {
                fractions.add(fraction.substring(0, i));
            }
            if (fraction.charAt(i) > '0') {
                fractions.add(fraction.substring(0, i) + "[0-" + before(fraction, i) + "][0-9]*");
            }
        }
        return ahead(less, whole, "(?:\\.(?:" + String.join("|", fractions) + "))?");
    }

    private static String ahead(List<String> others, String whole, String rest) {
        String free = others.isEmpty() ? "" : "(?:" + String.join("|", others) + ")(?:\\.[0-9]+)?|";
        return "(?=0*(?:" + free + whole + rest + ")(?![0-9.]))";
    }

    private static char next(String digits, int i) {
        return (char) (digits.charAt(i) + 1);
    }

    private static char before(String digits, int i) {
        return (char) (digits.charAt(i) - 1);
    }

    private static String whole(BigDecimal bound) {
        String digits = bound.toBigInteger().toString();
        return digits.equals("0") ? "" : digits;
    }

    private static String fraction(BigDecimal bound) {
        String text = bound.stripTrailingZeros().toPlainString();
        return text.contains(".") ? text.substring(text.indexOf('.') + 1) : "";
    }
}
