-- What was in warning at the end of a day: amber and red states of the newest period of each rule
-- that was over by then, at a unit and all below it; with the people who own the rules.
with newest as (
    select *
    from marts.warnings
    where period + case grain
            when 'day' then interval 1 day
            when 'week' then interval 7 day
            when 'month' then interval 1 month
            when 'quarter' then interval 3 month
            else interval 1 year
        end <= $last::date + interval 1 day
    qualify period = max(period) over (partition by rule_id)
)
select newest.*, unit.name as unit_name, unit.name_zh as unit_name_zh,
    coalesce(person.name, newest.owner) as owner_name
from newest
join reference.org_units as unit on unit.id = newest.org_unit_id
left join reference.people as person on person.email = newest.owner
where newest.state <> 'normal'
    and ($unit is null or newest.org_unit_id in (
        select org_unit_id from reference.org_unit_tree where ancestor_id = $unit
    ))
order by newest.state = 'red' desc, newest.since desc, newest.rule_id, newest.org_unit_id
