-- One row per org unit and unit at or above it: roll-ups join here.
with recursive tree as (
    select id as org_unit_id, id as ancestor_id, 0 as depth from reference.org_units
    union all
    select tree.org_unit_id, unit.parent_id, tree.depth + 1
    from tree join reference.org_units as unit on unit.id = tree.ancestor_id
    where unit.parent_id is not null
)
select org_unit_id, ancestor_id, depth from tree
