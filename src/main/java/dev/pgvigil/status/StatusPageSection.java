package dev.pgvigil.status;

import dev.pgvigil.config.Node;
import dev.pgvigil.config.Section;
import dev.pgvigil.target.Glob;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/** {@code pgvigil.status-page}: the public page, and which components it shows. */
@Singleton
final class StatusPageSection implements Section<StatusPage> {

    private static final int MOST = 50;
    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");

    @Override
    public String key() {
        return "status-page";
    }

    @Override
    public StatusPage read(Node node) {
        boolean enabled = node.doc("Whether /status and its feeds are served, without authentication")
                .flag("enabled", false);
        String title = node.doc("Title of the page").string("title", "Status");
        String url = node.doc("Address of this pgvigil for outsiders, such as https://status.example.com, for feeds")
                .string("url");
        if (url != null && !url.matches("https?://[A-Za-z0-9.:\\[\\]-]+")) {
            node.child("url").problem("must be an address such as https://status.example.com, without a path");
        }
        List<StatusPage.Component> components = new ArrayList<>();
        Node all = node.doc("Components by id, in this order").child("components");
        all.children().forEach((id, child) -> {
            if (!ID.matcher(id).matches()) {
                child.problem("an id has 1 to 63 lower-case letters, digits, '_' and '-'");
            }
            List<Glob> targets = child
                    .doc("Targets by name, with * and ?; the worst one counts")
                    .required("targets", "\"shop*\"")
                    .items()
                    .stream()
                    .map(Node::text)
                    .filter(Objects::nonNull)
                    .map(Glob::new)
                    .toList();
            components.add(new StatusPage.Component(
                    id, child.doc("Name that outsiders read; the id by default").string("name", id), targets));
        });
        if (components.size() > MOST) {
            all.problem("must be " + MOST + " components at most, not " + components.size());
        }
        return new StatusPage(
                enabled,
                title,
                url,
                components,
                node.doc("File that keeps the history over a restart; without it a restart begins anew")
                        .string("state-file"));
    }
}
