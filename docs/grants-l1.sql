-- Level 1: pgvigil reads the histories of migration tools in this database. Run after grants.sql (level 0), as a superuser, in
-- each watched database, and again when a tool was introduced:
--
--   psql -h db1.internal -U postgres -d shop -f grants-l1.sql
--
-- Tables are recognized by name and columns. Of other tables nothing is granted.

do $grants$
declare
  history record;
begin
  for history in
    select n.nspname, c.relname
    from (values
      ('alembic_version', 'version_num'),
      ('atlas_schema_revisions', 'version type applied total error hash'),
      ('schema_migrations', 'version'),
      ('__diesel_schema_migrations', 'version run_on'),
      ('django_migrations', 'id app name applied'),
      ('doctrine_migration_versions', 'version executed_at'),
      ('__drizzle_migrations', 'id hash created_at'),
      ('__EFMigrationsHistory', 'MigrationId ProductVersion'),
      ('__efmigrationshistory', 'MigrationId ProductVersion'),
      ('__ef_migrations_history', 'migration_id product_version'),
      ('flyway_schema_history', 'installed_rank version type script installed_on success'),
      ('schema_version', 'installed_rank version type script installed_on success'),
      ('goose_db_version', 'id version_id is_applied tstamp'),
      ('goose_lock', 'lock_id locked'),
      ('hdb_version', 'hasura_uuid cli_state'),
      ('knex_migrations', 'id name batch migration_time'),
      ('knex_migrations_lock', 'is_locked'),
      ('migrations', 'id migration batch'),
      ('migrations', 'id timestamp name'),
      ('typeorm_migrations', 'id timestamp name'),
      ('databasechangelog', 'id author filename dateexecuted orderexecuted exectype md5sum'),
      ('databasechangeloglock', 'id locked lockgranted lockedby'),
      ('pgmigrations', 'id name run_on'),
      ('phinxlog', 'version migration_name start_time end_time'),
      ('_prisma_migrations', 'migration_name started_at finished_at rolled_back_at'),
      ('refinery_schema_history', 'version name applied_on checksum'),
      ('SequelizeMeta', 'name'),
      ('changes', 'change_id change project committed_at'),
      ('events', 'event change_id change project committed_at'),
      ('_sqlx_migrations', 'version description success checksum execution_time')
    ) tool(name, columns)
    join pg_catalog.pg_class c on c.relname = tool.name and c.relkind in ('r', 'p')
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and not exists (
        select from pg_catalog.unnest(pg_catalog.string_to_array(tool.columns, ' ')) wanted(attname)
        where not exists (
          select from pg_catalog.pg_attribute a
          where a.attrelid = c.oid and a.attname = wanted.attname and a.attnum > 0 and not a.attisdropped))
  loop
    execute pg_catalog.format('grant usage on schema %I to pgvigil', history.nspname);
    execute pg_catalog.format('grant select on table %I.%I to pgvigil', history.nspname, history.relname);
  end loop;
end
$grants$;
