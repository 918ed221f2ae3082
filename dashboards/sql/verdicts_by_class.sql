-- How many verdicts of the source systems agree with the clocks, or why they do not, on days of a
-- period at a unit and all below it.
select verdict.class, count(*) as tickets
from marts.clock_disagreements as verdict
join records.tickets as ticket using (ticket_id)
where verdict.judged_on between $first::date and $last::date
    and ($unit is null or verdict.org_unit_id in (
        select org_unit_id from reference.org_unit_tree where ancestor_id = $unit
    ))
    and ($channel is null or ticket.channel = $channel)
group by verdict.class
order by tickets desc, verdict.class
