-- Seconds of an hour by what they were for an objective of a target. What is in none of the columns is unknown.
CREATE TABLE slo_hour (
    at timestamptz NOT NULL,
    target integer NOT NULL,
    good integer NOT NULL,
    bad integer NOT NULL,
    excluded integer NOT NULL,
    excluded_bad integer NOT NULL,
    slo text NOT NULL,
    PRIMARY KEY (target, slo, at)
) PARTITION BY RANGE (at);
INSERT INTO level (name, part, position) VALUES ('slo_hour', 'month', 110);
