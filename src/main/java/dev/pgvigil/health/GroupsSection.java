package dev.pgvigil.health;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.config.Node;
import dev.pgvigil.config.Section;
import jakarta.inject.Singleton;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** {@code pgvigil.groups}: groups of targets with a probe each, {@code /health/group/<name>}. */
@Singleton
final class GroupsSection implements Section<Groups> {

    private static final int MOST = 200;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,62}");

    private final GroupReader reader;

    GroupsSection(Catalogue catalogue) {
        this.reader = new GroupReader(catalogue);
    }

    @Override
    public String key() {
        return "groups";
    }

    @Override
    public Groups read(Node node) {
        Map<String, Group> groups = new LinkedHashMap<>();
        node.children().forEach((name, child) -> {
            if (!NAME.matcher(name).matches()) {
                child.problem("a group's name is part of a path: 1 to 63 letters, digits, '_' and '-'");
            }
            if (name.equals(SloHealth.GROUP)) {
                child.problem("the group " + name + " is that of the objectives");
            }
            if (name.equals(BackupHealth.GROUP)) {
                child.problem("the group " + name + " is that of the backups");
            }
            groups.put(name, reader.group(name, child));
        });
        if (groups.size() > MOST) {
            node.problem("must be " + MOST + " groups at most, not " + groups.size());
        }
        return new Groups(groups);
    }
}
