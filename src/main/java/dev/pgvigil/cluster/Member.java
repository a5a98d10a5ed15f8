package dev.pgvigil.cluster;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;

/**
 * What a replica says of itself.
 *
 * @param id random at each start
 * @param name for people
 * @param servers digest of the configured servers: only replicas with the same ones balance them among each other
 * @param configuration digest of everything that is configured for targets
 * @param owned number of servers that it watches
 */
record Member(String id, String name, String version, String servers, String configuration, int owned) {

    String json() {
        return new JsonObject()
                .put("name", name)
                .put("version", version)
                .put("servers", servers)
                .put("configuration", configuration)
                .put("owned", owned)
                .encode();
    }

    /** What cannot be read is a member of another version: nothing is known of it. */
    static Member of(String id, String json) {
        JsonObject object;
        try {
            object = new JsonObject(json);
        } catch (DecodeException e) {
            object = new JsonObject();
        }
        return new Member(
                id,
                text(object, "name"),
                text(object, "version"),
                text(object, "servers"),
                text(object, "configuration"),
                object.getValue("owned") instanceof Number number ? number.intValue() : 0);
    }

    private static String text(JsonObject object, String key) {
        return object.getValue(key) instanceof String text ? text : "";
    }
}
