-- Suspicious attempts of a period at a unit and all below it, counted by courier, most first.
select courier_id, count(*) as attempts
from marts.suspicious_attempts
where attempted_on between $first::date and $last::date
    and ($unit is null or org_unit_id in (
        select org_unit_id from reference.org_unit_tree where ancestor_id = $unit
    ))
    and ($service_level is null or service_level = $service_level)
group by courier_id
order by attempts desc, courier_id nulls last
