-- The target of a metric in force on a day, of the nearest unit at or above one; else of all units.
select target.target
from reference.targets as target
left join reference.org_unit_tree as tree
    on tree.org_unit_id = $unit and tree.ancestor_id = target.org_unit_id
where target.metric = $metric and target.effective_from <= $on::date
    and (target.org_unit_id is null or tree.depth is not null)
order by tree.depth nulls last, target.effective_from desc
limit 1
