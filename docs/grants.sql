-- Level 0: what pgvigil needs on a PostgreSQL server (14 to 18), and no more. Run once on each primary, as a superuser:
--
--   psql -h db1.internal -U postgres -f grants.sql
--   psql -h db1.internal -U postgres -c '\password pgvigil'
--
-- Standbys have the role by replication.

-- At most 5 connections in ordinary work and 3 more in an incident; the limit holds that even if two pgvigils run.
create role pgvigil login connection limit 8;

-- To see what all sessions do, sizes of all databases and all settings. It reads statistics, no table's rows.
grant pg_monitor to pgvigil;

-- To open a session. Every role may connect to every database, unless that was revoked from PUBLIC: if it was, repeat
-- this line for each watched database.
grant connect on database postgres to pgvigil;

-- Optional, 16 and newer: to get in when all ordinary connections are taken. Works where reserved_connections is above 0.
do $grants$
begin
  if current_setting('server_version_num')::integer >= 160000 then
    grant pg_use_reserved_connections to pgvigil;
  end if;
end
$grants$;
