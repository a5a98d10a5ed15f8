-- Makes the partition that holds a time, if it is missing.
CREATE OR REPLACE FUNCTION ensure_partition(parent text, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    part text := (SELECT l.part FROM pgvigil.level l WHERE l.name = parent);
    first timestamp := date_trunc(part, at AT TIME ZONE 'UTC');
    child text := parent || '_' || to_char(first, CASE part WHEN 'day' THEN 'YYYYMMDD' ELSE 'YYYYMM' END);
BEGIN
    IF to_regclass('pgvigil.' || quote_ident(child)) IS NULL THEN
        PERFORM pg_advisory_xact_lock(7220120);
        EXECUTE format('CREATE TABLE IF NOT EXISTS pgvigil.%I PARTITION OF pgvigil.%I FOR VALUES FROM (%L) TO (%L)',
            child, parent, first AT TIME ZONE 'UTC', (first + ('1 ' || part)::interval) AT TIME ZONE 'UTC');
    END IF;
END $$;

-- Makes the partitions of all tables from the day before a time to three days after it.
CREATE OR REPLACE FUNCTION ensure_partitions(at timestamptz) RETURNS void LANGUAGE sql AS $$
    SELECT pgvigil.ensure_partition(l.name, at + day * interval '1 day')
    FROM pgvigil.level l, generate_series(-1, 3) AS day ORDER BY l.position, day
$$;

-- The partitions with their ends.
CREATE OR REPLACE FUNCTION partitions() RETURNS TABLE (parent text, child text, until timestamptz, bytes bigint)
LANGUAGE sql STABLE AS $$
    SELECT l.name, c.relname::text,
        CASE l.part WHEN 'day' THEN to_timestamp(right(c.relname, 8), 'YYYYMMDD')::timestamp + interval '1 day'
            ELSE to_timestamp(right(c.relname, 6), 'YYYYMM')::timestamp + interval '1 month' END AT TIME ZONE 'UTC',
        pg_total_relation_size(c.oid)
    FROM pgvigil.level l
    JOIN pg_catalog.pg_inherits i ON i.inhparent = ('pgvigil.' || l.name)::regclass
    JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
    ORDER BY l.position, c.relname
$$;

-- Drops the partitions of a table that end before a time; how many.
CREATE OR REPLACE FUNCTION prune(wanted text, before timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    old record;
    dropped integer := 0;
    -- A partition of which the next level was not made yet stays.
    made timestamptz := (SELECT min(l.done) FROM pgvigil.level l WHERE l.source = wanted);
BEGIN
    FOR old IN SELECT p.child FROM pgvigil.partitions() p WHERE p.parent = wanted AND p.until <= least(before, made) LOOP
        EXECUTE format('DROP TABLE IF EXISTS pgvigil.%I', old.child);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;

-- Makes the next buckets of a level, at most this much time, up to a time; true: there is more to do.
CREATE OR REPLACE FUNCTION roll_up(wanted text, upto timestamptz, most interval) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    epoch CONSTANT timestamptz := '2000-01-01 00:00:00Z';
    l pgvigil.level;
    whole timestamptz;
    until timestamptz;
    columns text;
    sums text;
    sets text;
BEGIN
    -- Writers hold it shared: what they commit later than this sets the mark back.
    PERFORM pg_advisory_xact_lock(7220121);
    SELECT * INTO l FROM pgvigil.level WHERE name = wanted FOR UPDATE;
    -- No further than the source was made.
    whole := date_bin(l.step, least(upto, (SELECT s.done FROM pgvigil.level s WHERE s.name = l.source)), epoch);
    until := least(whole, date_bin(l.step, l.done + greatest(most, l.step), epoch));
    IF until <= l.done THEN
        RETURN false;
    END IF;
    SELECT string_agg(format('%1$s_%2$s', s, f), ', '),
        string_agg(format('%3$s(%1$s_%2$s)', s, f, CASE WHEN f IN ('min', 'max') THEN f ELSE 'sum' END), ', '),
        string_agg(format('%1$s_%2$s = EXCLUDED.%1$s_%2$s', s, f), ', ')
    INTO columns, sums, sets
    FROM unnest(ARRAY['up', 'response_time', 'connections', 'database_size']) AS s,
        unnest(ARRAY['count', 'unknown', 'sum', 'min', 'max']) AS f;
    PERFORM pgvigil.ensure_partition(wanted, l.done);
    PERFORM pgvigil.ensure_partition(wanted, until);
    EXECUTE format('INSERT INTO pgvigil.%I (target, at, %s) SELECT target, date_bin($1, at, $2) AS bucket, %s'
            || ' FROM pgvigil.%I WHERE at >= $3 AND at < $4 GROUP BY target, bucket'
            || ' ON CONFLICT (target, at) DO UPDATE SET %s', wanted, columns, sums, l.source, sets)
        USING l.step, epoch, l.done, until;
    UPDATE pgvigil.level n SET done = date_bin(n.step, l.done, epoch) WHERE n.source = wanted AND n.done > l.done;
    UPDATE pgvigil.level SET done = until WHERE name = wanted;
    RETURN until < whole;
END $$;

-- A writer says that it has inserted rows of this time and later.
CREATE OR REPLACE FUNCTION wrote_since(oldest timestamptz) RETURNS void LANGUAGE sql AS $$
    UPDATE pgvigil.level SET done = date_bin(step, oldest, '2000-01-01 00:00:00Z') WHERE source = 'history_raw' AND done > oldest
$$;
