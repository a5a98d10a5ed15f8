package dev.pgvigil.check;

/** The tabs of a database's page, in their order. Only those that have something to show are shown. */
public enum Tab {
    OVERVIEW("Overview"),
    ACTIVITY("Activity"),
    CONNECTIONS("Connections"),
    QUERIES("Queries"),
    MAINTENANCE("Maintenance"),
    REPLICATION("Replication"),
    STORAGE("Storage"),
    SCHEMA("Schema"),
    MIGRATIONS("Migrations"),
    TENANTS("Tenants"),
    HOST("Host"),
    POOLER("Pooler"),
    CANARY("Canary"),
    CUSTOM("Custom"),
    ADVICE("Advice"),
    CHECKS("Checks");

    private final String title;

    Tab(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }
}
