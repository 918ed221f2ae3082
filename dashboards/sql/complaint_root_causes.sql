-- How many of the complaints that the metric complaints_opened counts have which root cause, most
-- first; null where none was found yet.
select root_cause, count(*) as complaints
from records.tickets
where kind = 'complaint' and status <> 'cancelled'
    and opened_on between $first::date and $last::date
    and ($unit is null or org_unit_id in (
        select org_unit_id from reference.org_unit_tree where ancestor_id = $unit
    ))
    and ($channel is null or channel = $channel)
group by root_cause
order by complaints desc, root_cause nulls last
