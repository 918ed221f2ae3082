-- Deliveries, tickets and their events of 18 months, as the night has them after its records:
-- variable `deliveries` waybills with some 4 scans each, variable `tickets` tickets with some 3.6
-- changes of status each. What has not happened by the last day is still empty. Written in local
-- time, which is UTC + 8 hours all year; kept in UTC.
create temp macro drawn(i, topic) as hash(i, topic) / 18446744073709551616.0;
create temp macro at_utc(local_at) as (local_at - interval 8 hour)::timestamptz;
create temp macro by_now(local_at) as
    case when local_at <= timestamp '2026-10-31 23:59:59' then local_at end;

-- Half of the waybills have a promise of their own, the others are due by their service level.
create temp view drawn_deliveries as
with chosen as (
    select i,
        drawn(i, 2) as time_taken, drawn(i, 3) as fate,
        ['express', 'standard', 'economy'][1 + (hash(i, 4) % 3)::int] as service_level,
        printf('N%02d', 1 + (40 * drawn(i, 1) * drawn(i, 1))::int % 40) as outlet,
        timestamp '2025-05-01' + to_seconds(
            (i * 549 // getvariable('deliveries')) * 86400 + 28800 + (hash(i, 6) % 43200)::bigint
        ) as picked_up
    from range(getvariable('deliveries')) as numbers(i)
),
timed as (
    select *,
        case service_level when 'express' then 2 when 'standard' then 3 else 5 end as days_allowed,
        picked_up + to_seconds(
            (86400 * days_allowed * (0.35 + 1.3 * time_taken * time_taken))::bigint
        ) as arrives,
        case
            when fate < 0.001 then 'lost' when fate < 0.004 then 'damaged'
            when fate < 0.030 then 'delayed' when fate < 0.036 then 'wrong_address'
            when fate < 0.040 then 'refused' else 'none'
        end as exception,
        picked_up + to_seconds(1800 + (hash(i, 8) % 14400)::bigint) as hub_in,
        arrives - to_seconds(1200 + (hash(i, 9) % 10800)::bigint) as out
    from chosen
)
select *,
    case when exception <> 'lost' then by_now(arrives) end as delivered,
    case when i % 2 = 0 then picked_up::date + days_allowed + time '23:59:59' end as promised
from timed;

insert into records.deliveries by name
select
    'benchmark' as source, 'benchmark' as batch, 1 as batch_number, i + 1 as row_number,
    printf('BX%010d', i) as waybill_no, service_level, outlet as org_unit_id,
    outlet || '-C' || hash(i, 5) % 5 as courier_id,
    hash(i, 7) % 4 = 0 as is_same_city,
    at_utc(picked_up) as picked_up_at, at_utc(promised) as promised_at,
    at_utc(by_now(out)) as out_for_delivery_at, at_utc(delivered) as delivered_at,
    case when delivered is not null then 1 + (fate > 0.9)::int end as attempts,
    case
        when fate > 0.995 then 'cancelled' when exception = 'lost' then 'lost'
        when delivered is not null then 'delivered' else 'in_transit'
    end as status,
    exception,
    case when exception in ('lost', 'damaged') then 2000 + (50000 * time_taken)::bigint end
        as claim_minor,
    -- Whole units of money: their squares add up exactly, in whatever order.
    100 * (10 + hash(i, 11) % 40)::bigint as fee_minor,
    picked_up::date as picked_up_on, promised::date as promised_on, delivered::date as delivered_on
from drawn_deliveries;

insert into records.delivery_events by name
with scans as (
    select i, unnest([
        {position: 1, event: 'picked_up', happened: picked_up},
        {position: 2, event: 'hub_in', happened: hub_in},
        {position: 3, event: 'out_for_delivery', happened: by_now(out)},
        {position: 4, event: 'delivered', happened: delivered}
    ], recursive := true)
    from drawn_deliveries
)
select
    'benchmark' as source, 'benchmark' as batch, 2 as batch_number, i * 4 + position as row_number,
    printf('BX%010d', i) as waybill_no, event, at_utc(happened) as at, happened::date as happened_on
from scans
where happened is not null;

-- Three of ten tickets wait for the customer, one in twelve is resolved and opened again.
create temp view drawn_tickets as
with chosen as (
    select i,
        ['consultation', 'complaint', 'request', 'business', 'incident'][1 + (hash(i, 21) % 5)::int]
            as kind,
        ['critical', 'high', 'normal', 'normal', 'low'][1 + (hash(i, 22) % 5)::int] as priority,
        ['phone', 'chat', 'app', 'web', 'email', 'counter'][1 + (hash(i, 23) % 6)::int] as channel,
        case when hash(i, 24) % 5 < 3 then printf('N%02d', 1 + (hash(i, 25) % 40)::int)
            else ['Q-HOTLINE', 'Q-CHAT', 'Q-TRACE', 'Q-COMPLAINT', 'Q-CLAIMS', 'Q-KEY'][
                1 + (hash(i, 25) % 6)::int]
        end as org_unit_id,
        timestamp '2025-05-01' + to_seconds(
            (i * 549 // getvariable('tickets')) * 86400 + 21600 + (hash(i, 26) % 61200)::bigint
        ) as opened,
        drawn(i, 27) as fate,
        case when hash(i, 28) % 10 < 3 then (3600 * (1 + 60 * drawn(i, 29)))::bigint end
            as seconds_waited,
        case when hash(i, 30) % 12 = 0 then (3600 * (1 + 40 * drawn(i, 31)))::bigint end
            as seconds_resolved,
        (60 * (5 + 900 * drawn(i, 32) * drawn(i, 32)))::bigint as seconds_to_response,
        (3600 * (0.5 + 90 * drawn(i, 33) * drawn(i, 33) * drawn(i, 33)))::bigint as seconds_of_work
    from range(getvariable('tickets')) as numbers(i)
),
timed as (
    select *,
        opened + to_seconds(seconds_to_response) as responded,
        responded + to_seconds(seconds_of_work // 3) as waits,
        waits + to_seconds(coalesce(seconds_waited, 0)) as goes_on,
        goes_on + to_seconds(1 + seconds_of_work * 2 // 3) as first_resolved,
        first_resolved + to_seconds(coalesce(seconds_resolved, 0)) as reopened
    from chosen
)
select *,
    case when seconds_resolved is null then first_resolved
        else reopened + to_seconds(600 + seconds_of_work // 4) end as resolved,
    resolved + to_seconds(3600 + (hash(i, 34) % 172800)::bigint) as closed,
    -- Once in a while the source wrote the opening down late.
    opened - to_seconds(case when i % 97 = 0 then 300 else 0 end) as first_event,
    fate > 0.99 as is_cancelled
from timed;

insert into records.tickets by name
select
    'benchmark' as source, 'benchmark' as batch, 3 as batch_number, i + 1 as row_number,
    printf('TB%010d', i) as ticket_id, kind, channel, priority,
    'category ' || hash(i, 35) % 8 as category,
    org_unit_id, org_unit_id || '-S' || hash(i, 36) % 8 as agent_id,
    case
        when is_cancelled then 'cancelled'
        when by_now(closed) is not null then 'closed'
        when by_now(resolved) is not null then 'resolved' else 'open'
    end as status,
    at_utc(opened) as opened_at,
    case when hash(i, 37) % 20 > 0 then at_utc(by_now(responded)) end as first_response_at,
    case when hash(i, 38) % 5 < 3 then at_utc(promised) end as promised_at,
    at_utc(by_now(resolved)) as resolved_at, at_utc(by_now(closed)) as closed_at,
    (seconds_resolved is not null and by_now(reopened) is not null)::bigint as reopened_count,
    (hash(i, 39) % 9 = 0)::bigint as reassigned_count,
    1 + (hash(i, 40) % 3)::bigint as agent_replies,
    hash(i, 41) % 15 = 0 as is_escalated,
    case when kind = 'complaint' and by_now(resolved) is not null
        then ['upheld', 'not_upheld'][1 + (hash(i, 42) % 2)::int] end as outcome,
    case when by_now(resolved) is not null and i % 2 = 0 then seconds_of_work < 200000 end
        as source_met_sla,
    opened::date as opened_on,
    case when first_response_at is not null then responded::date end as first_response_on,
    case when promised_at is not null then promised::date end as promised_on,
    by_now(resolved)::date as resolved_on, by_now(closed)::date as closed_on
from (
    select *, opened::date + (1 + (hash(i, 43) % 4)::int) + time '18:00' as promised
    from drawn_tickets
);

insert into records.ticket_events by name
with changes as (
    select i, unnest([
        {position: 1, status: 'open', happened: first_event},
        {position: 2, status: 'pending_customer',
            happened: case when seconds_waited is not null then waits end},
        {position: 3, status: 'open',
            happened: case when seconds_waited is not null then goes_on end},
        {position: 4, status: 'resolved', happened: first_resolved},
        {position: 5, status: 'reopened',
            happened: case when seconds_resolved is not null then reopened end},
        {position: 6, status: 'resolved',
            happened: case when seconds_resolved is not null then resolved end},
        {position: 7, status: 'closed', happened: closed}
    ], recursive := true)
    from drawn_tickets
)
select
    'benchmark' as source, 'benchmark' as batch, 4 as batch_number, i * 7 + position as row_number,
    printf('TB%010d', i) as ticket_id, at_utc(happened) as at, status,
    happened::date as happened_on
from changes
where by_now(happened) is not null;
