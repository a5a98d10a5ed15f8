package dev.pgvigil.telemetry.log;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Masks confidential parts of a text: passwords and tokens, recognized by the words before them, and the values that PostgreSQL
 * repeats in its messages. In doubt it masks. It also replaces control characters, so that no value can forge a line or the
 * colours of a terminal.
 */
final class Redaction {

    static final String MASK = "***";

    /** Longer texts are cut, to limit the length of lines and the time of pattern matching. */
    static final int LONGEST = 8_192;

    private static final String CUT = "… (cut)";

    // A config.Problem contains no value after the key: pgvigil.targets.shop.password: must be a single value
    private static final String OWN_PROBLEM = "(?!(?<=\\bpgvigil\\.[\\w.<>-]{1,200}): "
            + "(?:must|is|are|cannot|needs|holds|has|names|not|only|set|the|unknown) )";

    // Groups with alternatives are repeated possessively (*+), because otherwise Java recurses for each repetition.
    record Rule(Pattern found, String replacement) {
        static Rule of(String regex, String replacement) {
            return new Rule(Pattern.compile(regex), replacement);
        }

        String apply(String text) {
            return found.matcher(text).replaceAll(replacement);
        }
    }

    static final List<Rule> RULES = List.of(
            // postgresql://user:password@host, up to the last @, because a password may contain one
            Rule.of("(?<=://)([^\\s:/?#@]{0,256}):[^\\s\"'<>]{1,512}@", "$1:" + MASK + "@"),
            Rule.of("\\b(?i:(bearer))\\s{1,9}[\\w.~+/=-]{4,}", "$1 " + MASK),
            Rule.of("\\b(Basic)\\s{1,9}[A-Za-z0-9+/]{8,}={0,2}", "$1 " + MASK),
            Rule.of("\\beyJ[\\w-]{8,}\\.[\\w-]{2,}\\.[\\w-]*", MASK),
            // password=…, "password": "…", --token …; the name of a file or variable is no secret
            Rule.of(
                    "(?i)((?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key"
                            + "|credentials?)(?![\\w-]{0,20}?(?:file|env))[\\w-]{0,20}" + OWN_PROBLEM
                            + "[\"']?\\s{0,9}[=:]\\s{0,9})"
                            + "(?:\"[^\"]{0,512}\"?|'[^']{0,512}'?|[^\\s,;&\"')}\\]]{1,512})",
                    "$1" + MASK),
            Rule.of("(?s)-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.*?(?:-----END|\\z)", MASK),
            // PostgreSQL: Key (email)=(a@b.c) already exists; Failing row contains (1, a@b.c)
            Rule.of(
                    "(Key \\([^)]{0,512}\\)=)\\([^\\n]*\\)(?= (?:already exists|is not present|is still "
                            + "referenced|conflicts))",
                    "$1(" + MASK + ")"),
            Rule.of("(Key \\([^)]{0,512}\\)=)\\((?!\\*\\*\\*\\))[^\\n]*", "$1(" + MASK + ")"),
            Rule.of("(Failing row contains )\\([^\\n]*", "$1(" + MASK + ")"),
            // invalid input syntax for type integer: "x"; syntax error at or near "x"; value "x" is out of range
            Rule.of(
                    "((?:invalid|malformed|unterminated|out of range|unrecognized|not recognized)[^\"\\n:]{0,128}: )"
                            + "\"(?:[^\"]|\"\")*+\"?",
                    "$1\"" + MASK + "\""),
            Rule.of("((?:at or near|\\bvalue|time zone) )\"(?:[^\"]|\"\")*+\"?", "$1\"" + MASK + "\""),
            // literals of SQL: after an operator, a bracket, a comma or a keyword
            Rule.of(
                    "(?i)((?:[=<>~(,|]|\\b(?:like|in|values|then|else|select|set|to|password|and|between|interval))"
                            + "\\s{0,9}(?:E|U&|B|X)?)'(?:[^']|'')*+'?",
                    "$1'" + MASK + "'"),
            Rule.of("(?s)\\$(\\w{0,30})\\$.{1,4096}?(?:\\$\\1\\$|\\z)", MASK),
            Rule.of("[\\p{Cc}&&[^\\n\\t]]", "\uFFFD"),
            // a line of the log begins at column 1
            Rule.of("\\n(?=[^\\t])", "\n\t"));

    private Redaction() {}

    static String of(String text) {
        String redacted = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + CUT;
        for (Rule rule : RULES) {
            redacted = rule.apply(redacted);
        }
        return redacted;
    }
}
