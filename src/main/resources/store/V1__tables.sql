-- Names of targets; rows of history refer to them by number. No foreign key: a partition is dropped as a whole.
CREATE TABLE target (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE
);

-- An observed value in a bucket: count, unknown (known to be missing), sum, min and max; null: nothing.
CREATE TABLE history_raw (
    at timestamptz NOT NULL,
    up_sum double precision, up_min double precision, up_max double precision,
    response_time_sum double precision, response_time_min double precision, response_time_max double precision,
    connections_sum double precision, connections_min double precision, connections_max double precision,
    database_size_sum double precision, database_size_min double precision, database_size_max double precision,
    target integer NOT NULL,
    up_count integer, up_unknown integer,
    response_time_count integer, response_time_unknown integer,
    connections_count integer, connections_unknown integer,
    database_size_count integer, database_size_unknown integer,
    PRIMARY KEY (target, at)
) PARTITION BY RANGE (at);
CREATE TABLE history_1m (LIKE history_raw INCLUDING ALL) PARTITION BY RANGE (at);
CREATE TABLE history_5m (LIKE history_raw INCLUDING ALL) PARTITION BY RANGE (at);
CREATE TABLE history_1h (LIKE history_raw INCLUDING ALL) PARTITION BY RANGE (at);

-- Downsampling reads all targets of a short time.
CREATE INDEX ON history_raw USING brin (at) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX ON history_1m USING brin (at) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX ON history_5m USING brin (at) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX ON history_1h USING brin (at) WITH (pages_per_range = 32, autosummarize = on);

CREATE TABLE health_monitoring_audit (
    id uuid NOT NULL,
    "timestamp" timestamptz NOT NULL,
    target text NOT NULL,
    status text NOT NULL,
    metrics jsonb NOT NULL,
    alerts jsonb NOT NULL,
    check_type text NOT NULL,
    PRIMARY KEY (id, "timestamp")
) PARTITION BY RANGE ("timestamp");
CREATE INDEX ON health_monitoring_audit USING brin ("timestamp") WITH (pages_per_range = 32);
CREATE INDEX ON health_monitoring_audit (target, "timestamp");

-- The tables with partitions. done: every bucket before it was made from its source.
CREATE TABLE level (
    name text PRIMARY KEY,
    part text NOT NULL CHECK (part IN ('day', 'month')),
    source text,
    step interval,
    done timestamptz,
    position integer NOT NULL
);
INSERT INTO level (name, part, source, step, done, position) VALUES
    ('history_raw', 'day', NULL, NULL, NULL, 0),
    ('history_1m', 'day', 'history_raw', '1 min', date_trunc('hour', now(), 'UTC'), 1),
    ('history_5m', 'month', 'history_1m', '5 min', date_trunc('hour', now(), 'UTC'), 2),
    ('history_1h', 'month', 'history_5m', '1 hour', date_trunc('hour', now(), 'UTC'), 3),
    ('health_monitoring_audit', 'month', NULL, NULL, NULL, 4);
