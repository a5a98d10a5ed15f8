CREATE TABLE delivery (
    id integer NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
INSERT INTO level (name, part, position) VALUES ('delivery', 'day', 100);
