-- Suspicious attempts of a period at a unit and all below it, newest first. `found` is how many
-- there are without the limit.
select attempt.*, count(*) over () as found
from marts.suspicious_attempts as attempt
where attempt.attempted_on between $first::date and $last::date
    and ($unit is null or attempt.org_unit_id in (
        select org_unit_id from reference.org_unit_tree where ancestor_id = $unit
    ))
    and ($service_level is null or attempt.service_level = $service_level)
order by attempt.first_attempt_at desc, attempt.waybill_no
limit $limit
