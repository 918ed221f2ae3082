-- Complaints that the metric complaints_opened counts, newest first: opened in a period at a unit
-- and all below it, cancelled ones left out. `found` is how many there are without the limit.
select ticket.*, count(*) over () as found
from records.tickets as ticket
where ticket.kind = 'complaint' and ticket.status <> 'cancelled'
    and ticket.opened_on between $first::date and $last::date
    and ($unit is null or ticket.org_unit_id in (
        select org_unit_id from reference.org_unit_tree where ancestor_id = $unit
    ))
    and ($channel is null or ticket.channel = $channel)
    and ($category is null or ticket.category = $category)
    and ($outcome is null or coalesce(ticket.outcome, 'undecided') = $outcome)
    and ($customer is null or ticket.customer_key = $customer)
order by ticket.opened_at desc, ticket.ticket_id
limit $limit
