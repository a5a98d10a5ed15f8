package dev.pgvigil.monitor;

import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Tls;
import dev.pgvigil.target.CheckSetting;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Target;
import java.util.HashMap;
import java.util.Map;

/** Targets of servers that need not exist, each on a separate server. */
public final class SceneTargets {

    private SceneTargets() {}

    public static Target named(String name) {
        return Target.of(name, new Server(name + ".internal", 5432, "pgvigil", null, Tls.PREFER), "app");
    }

    public static Target region(Target target, String region) {
        return with(target, region, target.role(), target.tags(), target.checks());
    }

    public static Target expecting(Target target, ExpectedRole role) {
        return with(target, target.region(), role, target.tags(), target.checks());
    }

    public static Target tag(Target target, String key, String value) {
        Map<String, String> tags = new HashMap<>(target.tags());
        tags.put(key, value);
        return with(target, target.region(), target.role(), tags, target.checks());
    }

    public static Target check(Target target, String check, CheckSetting setting) {
        Map<String, CheckSetting> checks = new HashMap<>(target.checks());
        checks.put(check, setting);
        return with(target, target.region(), target.role(), target.tags(), checks);
    }

    private static Target with(
            Target target,
            String region,
            ExpectedRole role,
            Map<String, String> tags,
            Map<String, CheckSetting> checks) {
        return new Target(
                target.name(),
                target.server(),
                target.database(),
                region,
                role,
                tags,
                target.thresholds(),
                checks,
                target.discovery());
    }
}
