-- Level 2: pgvigil sees the generic plans of statements that pg_stat_statements counts in this database. Run after grants.sql
-- (level 0), as a superuser, in each watched database that has the extension pg_stat_statements:
--
--   psql -h db1.internal -U postgres -d shop -f grants-l2.sql
--
-- pgvigil may call one function, which plans statements and executes none. It belongs to a role that cannot log in and may read
-- all tables; pgvigil itself still reads no table. The caller passes ids, never text, so that it cannot choose what is planned;
-- its own statements are not planned. docs/grants.md tells what remains to be considered.

do $grants$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'pgvigil_planner') then
    create role pgvigil_planner nologin;
  end if;
end
$grants$;

-- Planning needs the privileges of the statement. For statements that change rows, and those that lock rows, in addition:
-- grant pg_write_all_data to pgvigil_planner;
grant pg_read_all_data, pg_read_all_stats to pgvigil_planner;

create schema if not exists pgvigil;
alter schema pgvigil owner to current_user;
revoke all on schema pgvigil from public;
grant usage on schema pgvigil to pgvigil;

create or replace function pgvigil.generic_plans(ids bigint[])
returns table (id bigint, query text, plan text, error text, refused text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $function$
declare
  -- The most statements of a call, the longest text and plan in characters.
  most constant integer := 10;
  longest constant integer := 20000;
  largest constant integer := 60000;
  place text := (
    select n.nspname from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
    where e.extname = 'pg_stat_statements');
  generic constant boolean := pg_catalog.current_setting('server_version_num')::integer >= 160000;
  counted record;
  statement text;
  words text[];
  path text;
  arguments text;
begin
  if pg_catalog.current_setting('transaction_read_only') <> 'on' then
    raise exception 'only in a read-only transaction' using errcode = 'active_sql_transaction';
  end if;
  for counted in execute pg_catalog.format(
    'select distinct on (s.queryid) s.queryid, s.userid, s.query::text as query from %I.pg_stat_statements(true) s '
    'where s.queryid = any ($1[1:' || most || ']) and s.toplevel '
    'and s.dbid = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()) '
    'and s.userid <> pg_catalog.to_regrole(pg_catalog.quote_ident(session_user))::oid order by s.queryid, s.calls desc', place)
    using ids
  loop
    id := counted.queryid;
    query := pg_catalog.left(counted.query, longest);
    plan := null;
    error := null;
    refused := null;
    -- Without the comments before it.
    statement := pg_catalog.regexp_replace(
      counted.query, '^(\s|/\*([^*/]|\*(?!/)|/(?!\*))*\*/|--[^\n\r]*[\n\r])+', '');
    words := pg_catalog.regexp_split_to_array(pg_catalog.lower(statement), '[^[:alnum:]_$]+');
    if statement is null or statement !~* '^(select|insert|update|delete|merge|with|values|table)\M' then
      refused := 'not a query';
    elsif pg_catalog.length(statement) > longest then
      refused := 'too long';
    elsif statement ~ ';|""|[uU]&"' then
      refused := 'not surely one statement';
    elsif exists (
      -- Planning executes functions that are not volatile, here with the privileges of this function's owner.
      select from pg_catalog.pg_proc f join pg_catalog.pg_roles r on r.oid = f.proowner
      where not r.rolsuper and f.provolatile <> 'v'
        and f.pronamespace <> all (array['pg_catalog', 'information_schema']::regnamespace[])
        and (pg_catalog.lower(f.proname) = any (words)
          or f.proname !~ '^[a-z0-9_$]+$' and pg_catalog.strpos(pg_catalog.lower(statement), pg_catalog.lower(f.proname)) > 0))
    then
      refused := 'calls a function of a role that is no superuser';
    end if;
    if refused is not null then
      return next;
      continue;
    end if;

    -- The search_path of the statement's role, without schemas in which everybody may create objects.
    select pg_catalog.string_agg(pg_catalog.quote_ident(n.nspname), ', ' order by element.position) into path
    from pg_catalog.unnest(pg_catalog.string_to_array(coalesce((
        select pg_catalog.substr(setting, 13)
        from pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) setting
        where setting like 'search\_path=%' and s.setrole in (0, counted.userid) and s.setdatabase in (0, (
          select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()))
        order by s.setrole = 0, s.setdatabase = 0 limit 1), '"$user", public'), ',')) with ordinality element(text, position)
      join pg_catalog.pg_namespace n on n.nspname = case pg_catalog.btrim(element.text, ' "')
        when '$user' then pg_catalog.pg_get_userbyid(counted.userid) else pg_catalog.btrim(element.text, ' "') end
    where n.nspname !~ '^pg_' and not pg_catalog.has_schema_privilege('public', n.oid, 'create');

    begin
      perform pg_catalog.set_config('search_path', pg_catalog.concat_ws(', ', 'pg_catalog', path, 'pg_temp'), true);
      if generic then
        execute 'explain (generic_plan, format json) ' || statement into plan;
      else
        execute 'prepare pgvigil_generic_plan as ' || statement;
        select pg_catalog.string_agg('null', ', ') into arguments
        from pg_catalog.pg_prepared_statements p, pg_catalog.unnest(p.parameter_types) where p.name = 'pgvigil_generic_plan';
        execute 'explain (format json) execute pgvigil_generic_plan' || coalesce('(' || arguments || ')', '') into plan;
      end if;
    exception when others then
      -- Without the message, which could tell of data.
      error := sqlstate;
    end;
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    if exists (select from pg_catalog.pg_prepared_statements p where p.name = 'pgvigil_generic_plan') then
      deallocate pgvigil_generic_plan;
    end if;
    if pg_catalog.length(plan) > largest then
      plan := null;
      refused := 'the plan is too large';
    end if;
    return next;
    -- A lock was not available in time: the next statement might wait for it too.
    exit when error = '55P03';
  end loop;
end
$function$;

alter function pgvigil.generic_plans(bigint[]) owner to pgvigil_planner;
revoke all on function pgvigil.generic_plans(bigint[]) from public;
grant execute on function pgvigil.generic_plans(bigint[]) to pgvigil;
