-- Tickets that a source system judges otherwise than their clock does, the newest first: all
-- classes of them, or one.
select verdict.ticket_id, verdict.class, verdict.clock, verdict.ours, verdict.theirs,
    verdict.source, verdict.org_unit_id, verdict.judged_on, ticket.kind, ticket.priority,
    ticket.channel
from marts.clock_disagreements as verdict
join records.tickets as ticket using (ticket_id)
where verdict.class <> 'agreed'
    and ($class is null or verdict.class = $class)
    and verdict.judged_on between $first::date and $last::date
    and ($unit is null or verdict.org_unit_id in (
        select org_unit_id from reference.org_unit_tree where ancestor_id = $unit
    ))
    and ($channel is null or ticket.channel = $channel)
order by verdict.judged_on desc, verdict.ticket_id
limit $limit
