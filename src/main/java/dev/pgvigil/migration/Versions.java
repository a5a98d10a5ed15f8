package dev.pgvigil.migration;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/** Names of migrations, and keys that are made of names. Pure. */
final class Versions {

    private static final Pattern NUMBERED = Pattern.compile("0*([0-9]+)(?:\\D.*)?");

    private Versions() {}

    /** The last part of a path. */
    static String file(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** The file's name without this extension. */
    static String stem(String path, String extension) {
        String file = file(path);
        return file.endsWith(extension) ? file.substring(0, file.length() - extension.length()) : file;
    }

    /** The number with which a file's name begins, without leading zeros; the name itself if it begins with none. */
    static String number(String path) {
        String file = file(path);
        Matcher numbered = NUMBERED.matcher(file);
        return numbered.matches() ? numbered.group(1) : file;
    }

    /** CRC-32 as of Zlib. */
    static long crc32(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return crc.getValue();
    }
}
