-- What stood out during a stretch of days at a unit and all below it: a row per signal, with its
-- place among those of its cause (the first one speaks for them) and the person who owns it.
with depths as (
    select org_unit_id, max(depth) as depth from reference.org_unit_tree group by org_unit_id
),
shown as (
    select *
    from marts.signals
    where known_on <= $last::date and last_on >= $first::date
        and ($unit is null or org_unit_id in (
            select org_unit_id from reference.org_unit_tree where ancestor_id = $unit
        ))
)
select shown.*, unit.name as unit_name, unit.name_zh as unit_name_zh,
    coalesce(person.name, shown.owner) as owner_name,
    shown.known_on >= $first::date as is_new,
    not shown.is_open and shown.last_on <= $last::date as is_over,
    shown.metric in (select metric from reference.targets) as has_target,
    row_number() over (
        partition by cause_id order by is_leading desc, depths.depth, known_on, signal_id
    ) as place
from shown
join reference.org_units as unit on unit.id = shown.org_unit_id
left join depths on depths.org_unit_id = shown.org_unit_id
left join reference.people as person on person.email = shown.owner
-- What many units and metrics say comes before what one says.
order by is_new desc, has_target desc, count(*) over (partition by cause_id) desc, is_over,
    known_on desc, signal_id
