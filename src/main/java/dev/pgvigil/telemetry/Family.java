package dev.pgvigil.telemetry;

import java.util.Map;

/** All series of one name. */
record Family(String name, Kind kind, String help, Map<Labels, Double> series) {}
