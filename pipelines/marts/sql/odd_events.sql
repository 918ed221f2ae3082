-- How many events are odd, by kind, source and how; with the first id of each. They count as
-- docs/clocks.md says, none is lost, and this is where they are seen.
with odd_tickets as (
    select event.source, event.ticket_id as id, event."at", ticket.ticket_id is null as is_unknown,
        event."at" < ticket.opened_at as is_too_early,
        event.status in (select unnest($pausing))
            and coalesce(ticket.resolved_at, ticket.closed_at) is not null
            and row_number() over (
                partition by event.ticket_id
                order by event."at" desc, event.batch_number desc, event.row_number desc
            ) = 1 as has_no_end
    from records.ticket_events as event left join records.tickets as ticket using (ticket_id)
),
odd_waybills as (
    select event.source, event.waybill_no as id, delivery.waybill_no is null as is_unknown,
        event."at" < delivery.picked_up_at as is_too_early
    from records.delivery_events as event left join records.deliveries as delivery using (waybill_no)
),
odd as (
    select 'ticket_events' as kind, source, id, 'of_unknown_ticket' as oddity
    from odd_tickets where is_unknown
    union all
    select 'ticket_events', source, id, 'before_the_ticket' from odd_tickets where is_too_early
    union all
    select 'ticket_events', source, id, 'pause_without_end' from odd_tickets where has_no_end
    union all
    select 'delivery_events', source, id, 'of_unknown_waybill' from odd_waybills where is_unknown
    union all
    select 'delivery_events', source, id, 'before_the_pick_up' from odd_waybills where is_too_early
)
select kind, source, oddity, count(*) as events, count(distinct id) as records,
    min(id) as first_id
from odd
group by all
order by all
