-- The reference: what one would write in DuckDB for this organisation, without quarantine, proofs
-- or anything to look up afterwards. `ours` is the warehouse with its records; sums of the day are
-- in clock_measures_by_hand.sql. One zone, hours that never changed, and policies in force from
-- before the first ticket on: what this home does not have, this program does not treat.
set variable as_of_at = timestamptz '2026-10-31 15:59:59.999999+00';

-- Calendars: quarter hours from before the first record until long after the last.
create table days as
with dates as (
    select unnest(range(date '2025-01-01', date '2029-01-01', interval 1 day))::date as local_on
),
weeks as (
    select calendar, any_value(country) as country,
        list_sort(list_distinct(list(weekday))) as weekdays
    from ours.reference.calendars group by calendar
)
select
    weeks.calendar, local_on,
    coalesce(not is_working, false) as is_holiday, coalesce(provisional, false) as is_provisional,
    -- A make-up workday without hours of its own has those of the first weekday that has some.
    case
        when is_holiday then null
        when list_contains(weekdays, isodow(local_on)) then isodow(local_on)
        when is_working then weekdays[1]
    end as as_weekday,
    as_weekday is not null as is_working_day,
    (sum(is_working_day::int) over so_far)::bigint + (not is_working_day)::int
        as working_day_number,
    (sum(is_provisional::int) over so_far)::bigint as provisional_before
from weeks
cross join dates
left join ours.reference.holidays as holiday
    on holiday.date = dates.local_on
    and (holiday.country = weeks.country or holiday.calendar = weeks.calendar)
window so_far as (partition by weeks.calendar order by local_on);

create table slots as
with open_quarters as (
    select calendar, weekday, unnest(range(start, "end", 15)) as local_minute
    from ours.reference.calendars
),
planned as (
    select day.calendar, local_on, is_holiday, is_provisional,
        epoch(timezone('Asia/Shanghai', local_on::timestamp))::bigint // 900 + quarter as number,
        open_quarters.weekday is not null as is_working
    from days as day
    cross join range(96) as quarters(quarter)
    left join open_quarters on open_quarters.calendar = day.calendar
        and open_quarters.weekday = day.as_weekday
        and open_quarters.local_minute = quarter * 15
)
select calendar, number, local_on,
    is_working::bigint as is_working, is_holiday::bigint as is_holiday,
    (sum(900 * is_working::int) over up_to_here - 900 * is_working::int)::bigint as working_before,
    (sum(900 * is_holiday::int) over up_to_here - 900 * is_holiday::int)::bigint as holiday_before,
    (sum(is_provisional::int) over up_to_here)::bigint as provisional_before
from planned
window up_to_here as (partition by calendar order by number);

create table policies as
with cases as (
    select distinct kind, priority, channel from ours.records.tickets
),
fitting as (
    select cases.*, policy.clock, policy.calendar, policy.pause_statuses,
        policy.target_minutes * 60 as target_seconds,
        concat_ws('/', coalesce(policy.kind, '*'), coalesce(policy.priority, '*'),
            coalesce(policy.channel, '*')) as policy,
        row_number() over (
            partition by cases.kind, cases.priority, cases.channel, policy.clock
            order by 12 * (policy.kind is not null)::int
                + 10 * (policy.priority is not null)::int
                + 9 * (policy.channel is not null)::int desc, policy.effective_from desc
        ) as place
    from cases
    join ours.reference.sla_policies as policy
        on coalesce(policy.kind = cases.kind, true)
        and coalesce(policy.priority = cases.priority, true)
        and coalesce(policy.channel = cases.channel, true)
)
select cases.*, wanted.clock, fitting.* exclude (kind, priority, channel, clock, place)
from cases
cross join (values ('first_response'), ('resolution')) as wanted(clock)
left join fitting on fitting.kind = cases.kind and fitting.priority = cases.priority
    and fitting.channel = cases.channel and fitting.clock = wanted.clock and place = 1;

-- Every clock from its start to its stop or to now, with where both lie on its calendar.
create temp table running as
with counted as (
    select ticket.*, coalesce(resolved_at, closed_at) as done_at, unit.calendar
    from ours.records.tickets as ticket
    left join ours.reference.org_units as unit on unit.id = ticket.org_unit_id
    where ticket.status <> 'cancelled'
),
every_clock as (
    select ticket_id, policy.clock, ticket.kind, ticket.priority, ticket.channel, category,
        agent_id, org_unit_id, opened_on, source, batch, batch_number, row_number, policy.policy,
        coalesce(policy.calendar, ticket.calendar) as calendar, policy.target_seconds,
        policy.pause_statuses, opened_at as started_at, null::timestamptz as promised_at,
        null::date as promised_on,
        case when policy.clock = 'first_response' then coalesce(first_response_at, done_at)
            else done_at end as done_at
    from counted as ticket
    join policies as policy using (kind, priority, channel)
    union all by name
    select ticket_id, 'promise' as clock, kind, priority, channel, category, agent_id,
        org_unit_id, opened_on, source, batch, batch_number, row_number, calendar,
        opened_at as started_at, promised_at, promised_on, done_at
    from counted
    where promised_at is not null
),
timed as (
    select *,
        case when done_at is not null then greatest(done_at, started_at) end as stopped_at,
        greatest(coalesce(stopped_at, getvariable('as_of_at')), started_at) as until,
        epoch_us(started_at) // 1000000 as start_second, epoch_us(until) // 1000000 as end_second
    from every_clock
)
select timed.* exclude (done_at),
    starting.working_before + starting.is_working * (start_second % 900) as start_working,
    starting.holiday_before + starting.is_holiday * (start_second % 900) as start_holiday,
    starting.provisional_before as start_provisional,
    ending.working_before + ending.is_working * (end_second % 900) as end_working,
    ending.holiday_before + ending.is_holiday * (end_second % 900) as end_holiday,
    ending.provisional_before as end_provisional
from timed
left join slots as starting
    on starting.calendar = timed.calendar and starting.number = start_second // 900
left join slots as ending
    on ending.calendar = timed.calendar and ending.number = end_second // 900;

-- Pauses: a status that the policy names, or a solution that did not last.
create temp table pauses as
with changes as (
    select ticket_id, "at", status, lead("at") over (
        partition by ticket_id order by "at", batch_number, row_number
    ) as following
    from ours.records.ticket_events
),
stretches as (
    select running.ticket_id, running.clock, running.calendar, target_seconds, start_working,
        greatest("at", started_at) as from_at, least(following, until) as to_at,
        epoch_us(from_at) // 1000000 as from_second, epoch_us(to_at) // 1000000 as to_second
    from running
    join changes using (ticket_id)
    where target_seconds is not null and greatest("at", started_at) < least(following, until)
        and (list_contains(pause_statuses, status)
            or (status in ('resolved', 'closed') and following is not null))
),
lengths as (
    select stretches.*,
        beginning.working_before + beginning.is_working * (from_second % 900) as from_working,
        ending.working_before + ending.is_working * (to_second % 900) - from_working as length
    from stretches
    join slots as beginning
        on beginning.calendar = stretches.calendar and beginning.number = from_second // 900
    join slots as ending
        on ending.calendar = stretches.calendar and ending.number = to_second // 900
),
in_order as (
    select *, sum(length) over (
        partition by ticket_id, clock order by from_at, to_at rows unbounded preceding
    ) - length as paused_before
    from lengths where length > 0
)
select ticket_id, clock, sum(length)::bigint as paused_seconds,
    -- A pause that begins when the target is used up comes too late to move it.
    coalesce(sum(length) filter (
        where from_working - start_working - paused_before < target_seconds
    ), 0)::bigint as pushed_seconds
from in_order
group by ticket_id, clock;

create table clocks as
with numbered as (
    select calendar, number * 900 as second, local_on, provisional_before,
        working_before // 900 as working_number
    from slots where is_working = 1
),
timed as (
    select running.*, coalesce(paused_seconds, 0) as paused_seconds,
        start_working + target_seconds + coalesce(pushed_seconds, 0) as due_working,
        (due_working - 1) // 900 as due_number,
        end_working - start_working as net_working, end_holiday - start_holiday as holiday_seconds,
        end_second - start_second as elapsed_seconds
    from running
    left join pauses using (ticket_id, clock)
),
due as (
    select timed.*,
        coalesce(promised_at, make_timestamptz(
            (numbered.second + due_working - due_number * 900) * 1000000)) as due_at,
        coalesce(promised_on, numbered.local_on) as due_on,
        greatest(end_provisional, numbered.provisional_before) > start_provisional
            as is_provisional
    from timed
    left join numbered
        on numbered.calendar = timed.calendar and numbered.working_number = timed.due_number
)
select
    ticket_id, clock, kind, priority, channel, category, agent_id, org_unit_id, opened_on, policy,
    calendar || '@Asia/Shanghai' as calendar, target_seconds, started_at, stopped_at, due_at,
    due_on,
    case
        when clock <> 'promise' and policy is null then 'no_policy'
        when end_working is null or start_working is null or due_at is null then 'no_calendar'
        when stopped_at <= due_at then 'met'
        when stopped_at > due_at or due_at <= getvariable('as_of_at') then 'missed'
        else 'running'
    end as state,
    elapsed_seconds, net_working - paused_seconds as working_seconds,
    elapsed_seconds - net_working - holiday_seconds as out_of_hours_seconds, holiday_seconds,
    paused_seconds, is_provisional, source, batch, batch_number, row_number
from due;
