-- One row per org unit in the order of the tree: its depth, names, parent, kind and region.
with recursive tree as (
    select id, 0 as depth, [id] as path
    from reference.org_units
    where parent_id is null
    union all
    select unit.id, tree.depth + 1, list_append(path, unit.id)
    from tree join reference.org_units as unit on unit.parent_id = tree.id
)
select tree.id, tree.depth, unit.name, unit.name_zh, unit.parent_id, unit.kind, unit.region,
    unit.time_zone, unit.is_registered
from tree join reference.org_units as unit using (id)
order by tree.path
