-- One row per running clock that falls due before the next shift of its unit ends, soonest first.
-- The next shift is what is still to be worked of the first local day with working time after now.
with shifts as (
    select calendar, min(local_on) as shift_on
    from reference.slots where is_working and starts_at > $now
    group by calendar
),
ends as (
    select slot.calendar, max(slot.starts_at) + interval 15 minutes as shift_ends_at,
        (count(*) filter (where slot.starts_at > $now) * 900)::bigint as working_seconds
    from reference.slots as slot join shifts on shifts.calendar = slot.calendar
        and shifts.shift_on = slot.local_on
    where slot.is_working
    group by slot.calendar
),
soon as (
    select clock.*, ends.shift_ends_at, ends.working_seconds as working_seconds_to_shift_end
    from records.clocks as clock
    join reference.org_units as unit on unit.id = clock.org_unit_id
    join ends on ends.calendar = unit.calendar || '@' || unit.time_zone
    where clock.state = 'running' and clock.due_at <= ends.shift_ends_at
),
-- Working seconds of its own calendar up to now, and up to the due instant.
placed as (
    select soon.*, instant.number,
        slot.working_seconds_before
            + slot.is_working::bigint * epoch(instant."at" - slot.starts_at)::bigint as position
    from soon
    cross join lateral (
        select unnest(['now', 'due']) as number, unnest([$now, soon.due_at]) as "at"
    ) as instant
    join reference.slots as slot on slot.calendar = soon.calendar
        and slot.day = instant."at"::date
        and slot.quarter = hour(instant."at") * 4 + minute(instant."at") // 15
)
select ticket_id, clock, kind, priority, channel, org_unit_id, agent_id, started_at, due_at,
    shift_ends_at,
    sum(if(number = 'due', position, -position))::bigint as remaining_working_seconds,
    working_seconds_to_shift_end
from placed
group by all
order by remaining_working_seconds, ticket_id, clock
