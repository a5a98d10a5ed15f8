-- The guest lists, on a server that nobody has dared to upgrade yet.

create role guests_app login;

create table parties (
    id integer primary key,
    name text not null
);

create table guests (
    id bigint generated always as identity primary key,
    party_id integer not null references parties,
    name text not null,
    meal text not null,
    comes boolean
);

insert into parties
select n, 'Party ' || n from generate_series(1, 800) n;

insert into guests (party_id, name, meal, comes)
select 1 + n % 800, 'Guest ' || n, (array['fish', 'beef', 'vegan'])[1 + n % 3], n % 5 > 0
from generate_series(1, 60000) n;

create index on guests (party_id);

grant select, insert, update, delete on parties, guests to guests_app;
