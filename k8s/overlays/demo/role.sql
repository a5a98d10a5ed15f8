-- What docs/grants.sql does, as the superuser of a new server.
\set password `cat /run/secrets/databases/shop`
create role pgvigil login connection limit 8 password :'password';
grant pg_monitor to pgvigil;
