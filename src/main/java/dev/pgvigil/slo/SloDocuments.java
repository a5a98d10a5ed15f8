package dev.pgvigil.slo;

import dev.pgvigil.config.Node;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads objectives from files in formats of others. What such a file says and pgvigil cannot do is a problem with file, line and key,
 * and never ignored; descriptions and names for people have no effect.
 */
final class SloDocuments {

    private SloDocuments() {}

    /** A document and the file that it is in. */
    record Document(String file, Node root) {

        /** File, line and key of a place in it. */
        String origin(Node place) {
            return "%s:%d: %s".formatted(file, place.line(), place.path());
        }
    }

    /** The objectives of all files of a list. An indicator of one file can be used by another. */
    static List<Slo> read(Node list) {
        List<Slo> slos = new ArrayList<>();
        for (Node item : list.items()) {
            String file = item.text();
            if (file != null) {
                item.documents(
                        file,
                        roots -> slos.addAll(of(roots.stream()
                                .map(root -> new Document(item.shown(file), root))
                                .toList())));
            }
        }
        return slos;
    }

    private static List<Slo> of(List<Document> documents) {
        List<Slo> slos = new ArrayList<>();
        List<Document> openSlo = new ArrayList<>();
        for (Document document : documents) {
            String version = document.root().string("apiVersion", "");
            if (version.startsWith("openslo")) {
                openSlo.add(document);
            } else if (version.equals(Sloth.KUBERNETES)
                    || document.root().child("version").present()) {
                slos.addAll(Sloth.read(document));
            } else {
                document.root()
                        .child("apiVersion")
                        .problem("is neither a document of OpenSLO (apiVersion: " + OpenSlo.VERSION
                                + ") nor of Sloth (version: " + Sloth.VERSION + ")");
                document.root().skip();
            }
        }
        slos.addAll(OpenSlo.read(openSlo));
        return slos;
    }
}
