/** Statements of the SQL journal. */

const live = `exists (
  select from node n
  where n.id = actor.owner_node and n.incarnation = actor.owner_incarnation
    and n.lease_until > clock_timestamp())`

/**
 * The row lock orders a takeover against the commit of whoever owned the room before. The subselect sees
 * the row as it was before, so it tells the former owner.
 */
export const take = `
insert into actor (room_id, epoch, owner_node, owner_incarnation, last_seq)
values ($1, 1, $2, $3, 0)
on conflict (room_id) do update
set epoch = actor.epoch + 1,
    owner_node = excluded.owner_node,
    owner_incarnation = excluded.owner_incarnation
where (actor.owner_node = $2 and actor.owner_incarnation = $3) or not ${live}
returning epoch, last_seq, (
  select former.owner_node from actor former
  where former.room_id = $1 and former.owner_incarnation is distinct from $3) as taken_from`

/** Who has the room, and for how many ms its lease holds at least; after `take` found it held. */
export const ownerOf = `
select a.owner_node as node,
  greatest(0, coalesce(extract(epoch from n.lease_until - clock_timestamp()), 0) * 1000)::float8 as lease_ms
from actor a
left join node n on n.id = a.owner_node and n.incarnation = a.owner_incarnation
where a.room_id = $1`

export const snapshotOf = 'select seq, state from snapshot where room_id = $1'

export const entriesOf =
  'select epoch, first_seq, payload from journal where room_id = $1 order by id'

export const entriesAfter = `
select epoch, first_seq, payload from journal
where room_id = $1 and last_seq > $2 and last_seq >= first_seq
order by id limit $3`

/**
 * Rooms of the batch that are still its own, locked until the commit. Where somebody else has just
 * changed a row, Postgres waits for it and checks the condition again on what it finds then.
 */
export const fence = `
select a.room_id
from actor a
join unnest($1::text[], $2::bigint[], $3::bigint[]) as b(room_id, epoch, first_seq)
  on a.room_id = b.room_id and a.epoch = b.epoch and a.last_seq = b.first_seq - 1
order by a.room_id
for no key update of a`

/**
 * Moves the rooms on and keeps one row of each. The payloads come as one parameter, cut up here.
 * Dividing by zero undoes everything, should a row have moved under its lock.
 */
export const append = `
with b as (
  select * from unnest($1::text[], $2::bigint[], $3::bigint[], $4::int[], $5::int[], $6::int[], $7::timestamptz[])
    as b(room_id, epoch, first_seq, events, start, size, wake_at)
), moved as (
  update actor a
  set last_seq = b.first_seq + b.events - 1, wake_at = b.wake_at
  from b
  where a.room_id = b.room_id and a.epoch = b.epoch and a.last_seq = b.first_seq - 1
  returning 1
), kept as (
  insert into journal (room_id, epoch, first_seq, last_seq, payload)
  select room_id, epoch, first_seq, first_seq + events - 1, substring($8::bytea from start for size)
  from b
)
select 1 / (case when count(*) = $9::int then 1 else 0 end) from moved`

export const checkpoint = `
with held as (
  update actor set snapshot_seq = $3 where room_id = $1 and epoch = $2 returning room_id
), stored as (
  insert into snapshot (room_id, seq, state)
  select room_id, $3, $4::bytea from held
  on conflict (room_id) do update set seq = excluded.seq, state = excluded.state
), dropped as (
  delete from journal j using held
  where j.room_id = held.room_id and j.first_seq <= $3 and j.last_seq <= $3
    and j.at < clock_timestamp() - $5::float8 * interval '1 millisecond'
)
select exists (select from held) as held`

export const due = `
select room_id from actor
where wake_at <= $1 and (not ${live} or (owner_node = $3 and owner_incarnation = $4))
order by ${live}, wake_at limit $2`

export const release = `
update actor set owner_node = $3, owner_incarnation = $4 where room_id = $1 and epoch = $2`
