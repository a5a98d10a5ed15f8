-- What is known of the alerts of a scope: with replicas a server, otherwise the whole fleet. token: that of the process that may act for it;
-- a smaller one is refused. state: compressed JSON; null: nothing is known yet.
CREATE TABLE alert_scope (
    scope text PRIMARY KEY,
    token bigint NOT NULL,
    changed timestamptz NOT NULL DEFAULT now(),
    state bytea
);

-- Notifications that wait for delivery. A claim ends by itself, so that those of a process that was killed are sent by the next one.
CREATE TABLE alert_outbox (
    id text PRIMARY KEY,
    position bigint GENERATED ALWAYS AS IDENTITY,
    scope text NOT NULL,
    receiver text NOT NULL,
    notification text NOT NULL,
    attempts integer NOT NULL,
    next_at timestamptz NOT NULL,
    error text,
    claimed_by text,
    claimed_until timestamptz
);
CREATE INDEX ON alert_outbox (scope, position);

-- Notifications that were given up.
CREATE TABLE alert_dead_letter (
    id text PRIMARY KEY,
    at timestamptz NOT NULL,
    letter text NOT NULL
);
CREATE INDEX ON alert_dead_letter (at);

-- Silences of people, for all replicas.
CREATE TABLE alert_silence (
    id text PRIMARY KEY,
    until timestamptz NOT NULL,
    silence text NOT NULL
);

-- What people did at a replica that may not act for the scope of the alert; the one that may takes it from here.
CREATE TABLE alert_action (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scope text NOT NULL,
    alert text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('acknowledge', 'resolve')),
    by text NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);

-- Tokens of processes that have no replicas: of two under one name the later one keeps its alerts here.
CREATE SEQUENCE alert_token;
