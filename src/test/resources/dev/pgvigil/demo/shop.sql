-- A shop for many vendors: each is a tenant, and row-level security keeps them apart.

create role shop_owner;
create role shop_app login;
create extension pg_stat_statements;

create table tenants (
    id integer primary key,
    name text not null unique
);

create table products (
    id bigint generated always as identity primary key,
    tenant_id integer not null references tenants,
    title text not null,
    price_cents integer not null check (price_cents >= 0),
    stock integer not null
);

create table customers (
    id bigint generated always as identity primary key,
    tenant_id integer not null references tenants,
    name text not null,
    email text not null
);

create table orders (
    id bigint generated always as identity primary key,
    tenant_id integer not null references tenants,
    customer_id bigint not null references customers,
    placed_at timestamptz not null default now(),
    note text
);

create table order_items (
    order_id bigint not null references orders on delete cascade,
    product_id bigint not null references products,
    tenant_id integer not null references tenants,
    quantity integer not null check (quantity > 0),
    primary key (order_id, product_id)
);

insert into tenants
select n, 'Vendor ' || n from generate_series(1, 40) n;

insert into products (tenant_id, title, price_cents, stock)
select 1 + n % 40, (array['Cake', 'Flowers', 'Band', 'Photographs', 'Candles', 'Wine'])[1 + n % 6] || ' no. ' || n,
    500 + n % 20000, 1000000
from generate_series(1, 8000) n;

insert into customers (tenant_id, name, email)
select 1 + n % 40, 'Customer ' || n, 'customer' || n || '@example.org' from generate_series(1, 12000) n;

insert into orders (tenant_id, customer_id, placed_at)
select 1 + n % 40, 1 + n % 12000, now() - n * interval '1 minute' from generate_series(1, 40000) n;

insert into order_items (order_id, product_id, tenant_id, quantity)
select 1 + n % 40000, 1 + (n * 7) % 8000, 1 + (n - 1) % 40, 1 + n % 3 from generate_series(1, 100000) n
on conflict do nothing;

create index on products (tenant_id, title);
create index on customers (tenant_id);
create index on orders (tenant_id, placed_at);
create index on orders (customer_id);
create index on order_items (product_id);
create index on order_items (tenant_id);

do $rls$
declare name text;
begin
    foreach name in array array['products', 'customers', 'orders', 'order_items'] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy tenant on %I using (tenant_id = current_setting(''app.tenant'')::integer)', name);
        execute format('alter table %I owner to shop_owner', name);
        execute format('grant select, insert, update, delete on %I to shop_app', name);
    end loop;
end
$rls$;
grant select on tenants to shop_app;
