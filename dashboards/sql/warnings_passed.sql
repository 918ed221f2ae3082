-- What was in warning during a stretch of days and no longer at its end, newest first: the last
-- amber or red period of each rule and unit, at a unit and all below it.
with ends as (
    select *, period + case grain
            when 'day' then interval 1 day
            when 'week' then interval 7 day
            when 'month' then interval 1 month
            when 'quarter' then interval 3 month
            else interval 1 year
        end - interval 1 day as last_day
    from marts.warnings
),
passed as (
    select *, max(period) over (partition by rule_id) as newest
    from ends
    where last_day <= $last::date
)
select passed.* exclude (newest, last_day), unit.name as unit_name, unit.name_zh as unit_name_zh,
    coalesce(person.name, passed.owner) as owner_name
from passed
join reference.org_units as unit on unit.id = passed.org_unit_id
left join reference.people as person on person.email = passed.owner
where passed.state <> 'normal' and passed.period < passed.newest and passed.last_day >= $first::date
    and ($unit is null or passed.org_unit_id in (
        select org_unit_id from reference.org_unit_tree where ancestor_id = $unit
    ))
qualify passed.period = max(passed.period) over (partition by passed.rule_id, passed.org_unit_id)
order by passed.period desc, passed.state = 'red' desc, passed.rule_id, passed.org_unit_id
