-- Running clocks that fall due before the next shift ends, at a unit and all below it, soonest
-- first. `found` is how many there are without the limit.
select breach.*, count(*) over () as found
from marts.breaches_to_come as breach
where ($unit is null or breach.org_unit_id in (
        select org_unit_id from reference.org_unit_tree where ancestor_id = $unit
    ))
    and ($channel is null or breach.channel = $channel)
order by breach.remaining_working_seconds, breach.ticket_id, breach.clock
limit $limit
