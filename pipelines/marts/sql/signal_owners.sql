-- One row per metric of $metrics and unit with who answers for it: the owner of its warning rule
-- for units of that kind, else of its first rule; else the nearest person at or above the unit, for
-- quality or, of the metrics $of_books, first for finance. Null where there is nobody.
with pairs as (
    select metric, metric in (select unnest($of_books)) as is_of_books,
        unit.id as org_unit_id, unit.kind
    from unnest($metrics) as named(metric) cross join reference.org_units as unit
),
by_rule as (
    select pairs.metric, org_unit_id, rule.owner
    from pairs join reference.kri_rules as rule on rule.metric = pairs.metric
    where rule.owner is not null
    qualify row_number() over (
        partition by pairs.metric, org_unit_id order by rule.scope != pairs.kind, rule_id
    ) = 1
),
-- Who is at no unit sees all of them, from further away than anybody else.
nearest as (
    select role, tree.org_unit_id, email
    from reference.people as person
    join reference.org_unit_tree as tree
        on tree.ancestor_id = coalesce(person.org_unit_id, tree.org_unit_id)
    where role in ('qa', 'finance')
    qualify row_number() over (
        partition by role, tree.org_unit_id
        order by person.org_unit_id is null, tree.depth, email
    ) = 1
)
select pairs.metric, pairs.org_unit_id,
    coalesce(by_rule.owner, finance.email, qa.email) as owner
from pairs
left join by_rule
    on by_rule.metric = pairs.metric and by_rule.org_unit_id = pairs.org_unit_id
left join nearest as finance
    on finance.role = 'finance' and finance.org_unit_id = pairs.org_unit_id and pairs.is_of_books
left join nearest as qa on qa.role = 'qa' and qa.org_unit_id = pairs.org_unit_id
