-- The lines of a unit and of those right below it, without a unit those at the top, in one month or
-- from the start of its fiscal year to the end of that month.
with recursive asked as (
    select rolled.*
    from marts.budget_roll_up as rolled
    left join reference.org_units as unit on unit.id = rolled.org_unit_id
    where rolled.month = $month::date
        and (rolled.org_unit_id = $unit or unit.parent_id is not distinct from $unit::varchar)
),
lines as (
    select distinct line, parent_line from asked
),
tree as (
    select line, 0 as depth from lines where parent_line is null
    union all
    select lines.line, depth + 1 from lines join tree on tree.line = lines.parent_line
)
select asked.org_unit_id, asked.line, line_name, line_name_zh, line_kind, level, parent_line,
    coalesce(account_code, case level when 'group' then asked.line end) as code, depth, position,
    case when $to_date then actual_to_date else actual end as actual,
    case when $to_date then budget_to_date else budget end as budget,
    case when $to_date then variance_to_date else variance end as variance,
    case when $to_date then variance_share_to_date else variance_share end as variance_share,
    case when $to_date then prior_year_actual_to_date else prior_year_actual end as prior_year,
    case when $to_date then is_material_to_date else is_material end as is_material
from asked join tree on tree.line = asked.line
order by position, asked.org_unit_id
