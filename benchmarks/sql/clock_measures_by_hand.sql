-- The reference, second half: sums per day and slice of tickets, clocks, backlog, deliveries and
-- stages, and how often each bucket of a duration occurs. Goes on where clocks_by_hand.sql ends.

create schema measures;

-- Bucket of whole seconds, gamma = (1 + e) / (1 - e) with e = 0.0001; no time at all has its own.
create macro bucket_of(seconds) as
    case when seconds > 0 then ceil(ln(seconds) / ln(1.0001::double / 0.9999::double))::bigint
        else -1 end;

create temp view prepared_tickets as
select *,
    coalesce(resolved_on, closed_on, opened_on) as verdict_on,
    isodow(opened_on)::varchar as opened_weekday,
    strftime(opened_at at time zone 'Asia/Shanghai', '%H') as opened_hour,
    date_sub('second', opened_at, first_response_at) as response_seconds,
    date_sub('second', opened_at, resolved_at) as seconds_to_resolve
from ours.records.tickets
where status <> 'cancelled';

create table measures.tickets as
with by_day as (
    select *, unnest(list_distinct([opened_on, resolved_on, verdict_on, first_response_on])) as day
    from prepared_tickets
)
select day, org_unit_id, agent_id, channel, kind, priority, category, opened_weekday, opened_hour,
    count(*) filter (day = opened_on) as tickets_opened,
    count(*) filter (day = opened_on and kind = 'complaint') as complaints_opened,
    count(*) filter (day = opened_on and is_escalated) as tickets_escalated,
    count(*) filter (day = resolved_on) as tickets_resolved,
    count(*) filter (
        day = resolved_on and reopened_count = 0 and reassigned_count = 0
        and coalesce(agent_replies, 1) <= 1
    ) as tickets_resolved_at_first_contact,
    count(*) filter (day = opened_on and reopened_count > 0) as tickets_reopened,
    count(*) filter (day = resolved_on and reopened_count > 0) as tickets_resolved_after_reopening,
    coalesce(sum(reassigned_count) filter (day = resolved_on), 0)::bigint as reassignments,
    count(*) filter (day = resolved_on and kind = 'complaint') as complaints_resolved,
    count(*) filter (
        day = opened_on and kind = 'complaint' and outcome = 'upheld'
    ) as complaints_opened_and_upheld,
    count(*) filter (
        day = resolved_on and kind = 'complaint' and outcome = 'upheld'
    ) as complaints_upheld,
    count(*) filter (day = verdict_on and source_met_sla) as source_sla_met,
    count(*) filter (day = verdict_on and source_met_sla is not null) as source_sla_known,
    coalesce(sum(response_seconds) filter (day = first_response_on), 0)::bigint
        as first_response_seconds,
    coalesce(sum(seconds_to_resolve) filter (day = resolved_on), 0)::bigint as resolution_seconds,
    coalesce(sum((seconds_to_resolve / 3600) ** 2) filter (day = resolved_on), 0)
        as resolution_hours_squared
from by_day
group by all;

create table measures.tickets_spread as
with durations as (
    select *, first_response_on as day, 'first_response_seconds' as measure,
        bucket_of(response_seconds) as bucket
    from prepared_tickets where response_seconds is not null
    union all
    select *, resolved_on, 'resolution_seconds', bucket_of(seconds_to_resolve)
    from prepared_tickets where seconds_to_resolve is not null
)
select day, org_unit_id, agent_id, channel, kind, priority, category, opened_weekday, opened_hour,
    measure, bucket, count(*) as occurrences
from durations
group by all;

create table measures.clocks as
with by_day as (
    select *, unnest(list_distinct([due_on, opened_on])) as day from clocks
)
select day, org_unit_id, agent_id, channel, kind, priority, category,
    count(*) filter (day = due_on and clock = 'first_response' and state = 'met')
        as first_response_clocks_met,
    count(*) filter (day = due_on and clock = 'first_response' and state = 'missed')
        as first_response_clocks_missed,
    count(*) filter (day = due_on and clock = 'resolution' and state = 'met')
        as resolution_clocks_met,
    count(*) filter (day = due_on and clock = 'resolution' and state = 'missed')
        as resolution_clocks_missed,
    count(*) filter (day = due_on and clock = 'promise' and state = 'met') as promise_clocks_met,
    count(*) filter (day = due_on and clock = 'promise' and state = 'missed')
        as promise_clocks_missed,
    count(*) filter (day = opened_on and state = 'no_policy') as clocks_without_policy,
    count(*) filter (day = opened_on and state = 'no_calendar') as clocks_without_calendar,
    count(*) filter (
        day = due_on and clock = 'first_response' and state in ('met', 'missed') and is_provisional
    ) as first_response_clocks_provisional,
    count(*) filter (
        day = due_on and clock = 'resolution' and state in ('met', 'missed') and is_provisional
    ) as resolution_clocks_provisional,
    count(*) filter (
        day = due_on and clock = 'promise' and state in ('met', 'missed') and is_provisional
    ) as promise_clocks_provisional
from by_day
group by all
-- Days to come, when open promises fall due, have nothing to say yet.
having day <= date '2026-10-31'
    or count(*) filter (day = due_on and state in ('met', 'missed')) > 0;

create table measures.backlog as
with ended as (
    select ticket.*, coalesce(clock.due_on, promised_on) as due_on,
        least(coalesce(resolved_on, closed_on) - 1, date '2026-10-31') as last_on
    from prepared_tickets as ticket
    left join clocks as clock
        on clock.ticket_id = ticket.ticket_id and clock.clock = 'resolution'
),
by_day as (
    select *, unnest(range(last_on - opened_on + 1)) as age_days from ended
    where last_on >= opened_on
)
select (opened_on + age_days::int)::date as day, org_unit_id, channel, kind, priority,
    case
        when age_days <= 1 then '00-01' when age_days <= 3 then '02-03'
        when age_days <= 7 then '04-07' when age_days <= 14 then '08-14'
        when age_days <= 30 then '15-30' else '31+'
    end as age_band,
    count(*) as backlog_open,
    count(*) filter (due_on <= opened_on + age_days::int) as backlog_overdue,
    sum(age_days)::bigint as backlog_age_days
from by_day
group by all;

-- Deliveries without a promise are due at the end of a working day; a pick-up after the cut-off
-- counts on the next.
create temp view prepared_deliveries as
with due as (
    select delivery.*,
        coalesce(last.provisional_before > first.provisional_before, false) as is_provisional,
        coalesce(delivery.promised_on, last.local_on) as due_on,
        coalesce(delivery.promised_at, timezone(
            'Asia/Shanghai', last.local_on + interval 1 day - interval 1 microsecond)) as due_at
    from ours.records.deliveries as delivery
    left join ours.reference.service_levels as level
        on level.service_level = delivery.service_level and delivery.promised_at is null
    left join days as first
        on first.calendar = level.calendar and first.local_on = delivery.picked_up_on
    left join days as last
        on last.calendar = level.calendar and last.is_working_day
        and last.working_day_number = first.working_day_number + level.limit_working_days
            + coalesce(first.is_working_day and (
                epoch_us(picked_up_at) // 60000000 + 480) % 1440 > level.cut_off_time, false)::int
    where delivery.status <> 'cancelled'
)
select *,
    case when delivered_at is not null or picked_up_at + interval 48 hours
        <= getvariable('as_of_at')
        then coalesce(delivered_at <= picked_up_at + interval 48 hours, false) end as within_48h,
    case when delivered_at is not null or picked_up_at + interval 72 hours
        <= getvariable('as_of_at')
        then coalesce(delivered_at <= picked_up_at + interval 72 hours, false) end as within_72h,
    delivered_at is not null and delivered_at <= due_at as is_met,
    coalesce(delivered_at > due_at, due_at <= getvariable('as_of_at')) as is_missed,
    coalesce(delivered_at, getvariable('as_of_at')) > due_at
        + case when is_same_city then interval 3 days else interval 7 days end as is_totally_late,
    date_sub('second', picked_up_at, delivered_at) as delivery_seconds
from due;

create table measures.deliveries as
with by_day as (
    select *, unnest(list_distinct([picked_up_on, delivered_on, due_on])) as day
    from prepared_deliveries
)
select day, org_unit_id, courier_id, service_level, exception,
    count(*) filter (day = picked_up_on) as deliveries_picked_up,
    count(*) filter (day = delivered_on) as deliveries_delivered,
    count(*) filter (day = due_on and is_met) as delivery_promises_met,
    count(*) filter (day = due_on and is_missed) as delivery_promises_missed,
    count(*) filter (day = picked_up_on and within_48h) as delivered_within_48h,
    count(*) filter (day = picked_up_on and within_48h is not null) as decided_within_48h,
    count(*) filter (day = picked_up_on and within_72h) as delivered_within_72h,
    count(*) filter (day = picked_up_on and within_72h is not null) as decided_within_72h,
    count(*) filter (day = due_on and (is_met or is_missed) and is_provisional)
        as deliveries_due_provisional,
    count(*) filter (day = due_on and (is_met or is_missed)) as deliveries_due,
    count(*) filter (day = due_on and (is_met or is_missed) and is_totally_late
        and status <> 'returned') as total_delays,
    coalesce(sum(delivery_seconds) filter (day = delivered_on), 0)::bigint as delivery_seconds,
    count(*) filter (day = delivered_on and delivery_seconds is not null) as deliveries_timed,
    coalesce(sum((delivery_seconds / 3600) ** 2) filter (day = delivered_on), 0)
        as delivery_hours_squared,
    count(*) filter (day = delivered_on and attempts = 1) as delivered_at_first_attempt,
    count(*) filter (day = delivered_on and attempts is not null) as delivered_with_attempts_known,
    count(*) filter (day = picked_up_on and exception <> 'none') as exceptions,
    count(*) filter (day = picked_up_on and exception = 'delayed') as exceptions_delayed,
    count(*) filter (day = picked_up_on and exception = 'lost') as exceptions_lost,
    count(*) filter (day = picked_up_on and exception = 'damaged') as exceptions_damaged,
    count(*) filter (day = picked_up_on and exception = 'wrong_address')
        as exceptions_wrong_address,
    count(*) filter (day = picked_up_on and exception = 'refused') as exceptions_refused,
    count(*) filter (day = picked_up_on and exception = 'courier_late')
        as exceptions_courier_late,
    coalesce(sum(claim_minor) filter (day = picked_up_on), 0)::bigint as claims_minor,
    coalesce(sum(fee_minor) filter (day = picked_up_on), 0)::bigint as fees_minor,
    count(fee_minor) filter (day = picked_up_on) as deliveries_with_a_fee,
    coalesce(sum((fee_minor / 100) ** 2) filter (day = picked_up_on), 0)::double as fees_squared
from by_day
group by all
having day <= date '2026-10-31' or deliveries_picked_up + deliveries_delivered + deliveries_due > 0;

create table measures.deliveries_spread as
select delivered_on as day, org_unit_id, courier_id, service_level, exception,
    'delivery_seconds' as measure, bucket_of(delivery_seconds) as bucket, count(*) as occurrences
from prepared_deliveries
where delivery_seconds is not null
group by all;

-- A table, so that the window over all scans is passed once for sums and buckets.
create temp table stages as
with scans as (
    select waybill_no, happened_on, "at", event,
        lag("at") over in_order as at_before, lag(event) over in_order as event_before
    from ours.records.delivery_events
    window in_order as (partition by waybill_no order by "at", batch_number, row_number)
)
select happened_on as day, org_unit_id, courier_id, service_level,
    event_before || ' > ' || event as stage, date_sub('second', at_before, "at") as seconds
from scans
join ours.records.deliveries using (waybill_no)
where at_before is not null and status <> 'cancelled';

create table measures.delivery_stages as
select day, org_unit_id, courier_id, service_level, stage,
    count(*) as stages_passed, sum(seconds)::bigint as stage_seconds,
    sum((seconds / 3600) ** 2) as stage_hours_squared
from stages
group by all;

create table measures.delivery_stages_spread as
select day, org_unit_id, courier_id, service_level, stage, 'stage_seconds' as measure,
    bucket_of(seconds) as bucket, count(*) as occurrences
from stages
group by all;
