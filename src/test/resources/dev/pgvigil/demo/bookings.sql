-- Who has which venue on which day.

create role bookings_app login;

create table venues (
    id integer primary key,
    name text not null,
    booked integer not null default 0
);

create table bookings (
    id bigint generated always as identity primary key,
    venue_id integer not null references venues,
    day date not null,
    party text not null,
    unique (venue_id, day)
);

insert into venues (id, name)
select n, 'Venue ' || n from generate_series(1, 60) n;

insert into bookings (venue_id, day, party)
select v, current_date + d, 'Party ' || v || '/' || d from generate_series(1, 60) v, generate_series(1, 400) d
where (v + d) % 3 = 0;

grant select, insert, update, delete on venues, bookings to bookings_app;
