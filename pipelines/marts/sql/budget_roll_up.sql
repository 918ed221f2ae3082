-- One row per month, org unit at every level, and line: an account, an account above others, a kind
-- of account, the result. From the first month of a fiscal year in which a line has figures, or had
-- some a year before, it has a row in every month that anybody has figures in. Money in currency
-- units; a positive variance is favourable.
with recursive account_tree as (
    -- An account above one of another kind cannot be its sum: both stand under their own kind.
    select account.code, account.kind, null::varchar as parent_code, [account.code] as path
    from reference.accounts as account
    left join reference.accounts as parent
        on parent.code = account.parent and parent.kind = account.kind
    where parent.code is null
    union all
    select account.code, account.kind, above.code, list_append(above.path, account.code)
    from reference.accounts as account
    join account_tree as above on above.code = account.parent and above.kind = account.kind
),
kinds(kind, name, name_zh, kind_position) as (
    values ('revenue', 'Revenue', '收入', 1), ('cost', 'Cost', '成本', 2),
        ('expense', 'Expense', '费用', 3), ('result', 'Result', '利润', 4)
),
booked as (
    select code, kind, path from account_tree
    where code in (select account_code from marts.budget_vs_actual)
),
-- account_code -> every account that shows its figures: itself and those above it
shown_in as (
    select code as account_code, unnest(path) as code from booked
),
nodes as (
    -- An account may be called as a kind is; its line must not be.
    select tree.*, account.name, account.name_zh,
        case when code in (select kind from kinds) then 'account ' else '' end || code as line,
        code in (select code from shown_in where code <> account_code) as is_above
    from account_tree as tree join reference.accounts as account using (code)
    where code in (select code from shown_in)
),
lines as (
    select node.line, node.name as line_name, node.name_zh as line_name_zh, node.kind as line_kind,
        case when node.is_above then 'group' else 'account' end as level,
        coalesce(parent.line, node.kind) as parent_line,
        case when not node.is_above then node.code end as account_code, node.path
    from nodes as node left join nodes as parent on parent.code = node.parent_code
    union all by name
    -- What is booked on an account above others is a line beside theirs, or they would not add up.
    select line || ' own' as line, name || ' (itself)' as line_name,
        name_zh || '（本科目）' as line_name_zh, kind as line_kind, 'account' as level,
        line as parent_line, code as account_code, list_append(path, '') as path
    from nodes where is_above and code in (select code from booked)
    union all by name
    select kind as line, name as line_name, name_zh as line_name_zh, kind as line_kind,
        case kind when 'result' then 'result' else 'kind' end as level, [] as path
    from kinds
),
placed as (
    select lines.*, case when line_kind in ('revenue', 'result') then 1 else -1 end as favourable,
        row_number() over (order by kind_position, path) as position
    from lines join kinds on kinds.kind = lines.line_kind
),
-- account_code -> the lines that it counts in, with its sign there
counts_in as (
    select account_code, line, 1 as sign from lines where account_code is not null
    union all
    select account_code, line, 1 from shown_in join nodes using (code) where is_above
    union all
    select code, kind, 1 from booked
    union all
    select code, 'result', case kind when 'revenue' then 1 else -1 end from booked
),
rolled as (
    select month, fiscal_year, tree.ancestor_id as org_unit_id, account_code,
        sum(actual) as actual, sum(budget) as budget
    from marts.budget_vs_actual join reference.org_unit_tree as tree using (org_unit_id)
    group by all
),
months as (
    select month, any_value(fiscal_year) as fiscal_year, bool_or(actual <> 0) as has_books
    from marts.budget_vs_actual group by month
),
begun as (
    select org_unit_id, account_code, fiscal_year, min(month) as first_month
    from (
        select org_unit_id, account_code, fiscal_year, month from rolled
        union all
        select org_unit_id, account_code, fiscal_year + 1, (month + interval 1 year)::date
        from rolled where actual <> 0
    )
    group by all
),
monthly as (
    select months.month, months.fiscal_year, begun.org_unit_id, counts_in.line,
        sum(sign * coalesce(actual, 0)) as actual, sum(sign * coalesce(budget, 0)) as budget
    from begun
    join months on months.fiscal_year = begun.fiscal_year and months.month >= first_month
    left join rolled using (month, org_unit_id, account_code)
    join counts_in on counts_in.account_code = begun.account_code
    group by all
),
cumulated as (
    select *, sum(actual) over to_date as actual_to_date, sum(budget) over to_date as budget_to_date
    from monthly
    window to_date as (partition by org_unit_id, line, fiscal_year order by month)
),
-- Months whose like a year before has books; to date only if all since the year began have.
compared as (
    select now.month, before.month as month_before,
        bool_and(before.month is not null) over (
            partition by now.fiscal_year order by now.month
        ) as is_comparable_to_date
    from months as now
    left join months as before
        on before.month = now.month - interval 1 year and before.has_books
)
select now.month, now.fiscal_year, now.org_unit_id, now.line, line_name, line_name_zh, line_kind,
    level, parent_line, placed.account_code, position, $currency as currency,
    now.actual::decimal(18, 2) as actual,
    now.budget::decimal(18, 2) as budget,
    (favourable * (now.actual - now.budget))::decimal(18, 2) as variance,
    favourable * (now.actual - now.budget) / nullif(abs(now.budget), 0) as variance_share,
    before.actual::decimal(18, 2) as prior_year_actual,
    now.actual_to_date::decimal(18, 2) as actual_to_date,
    now.budget_to_date::decimal(18, 2) as budget_to_date,
    (favourable * (now.actual_to_date - now.budget_to_date))::decimal(18, 2) as variance_to_date,
    favourable * (now.actual_to_date - now.budget_to_date) / nullif(abs(now.budget_to_date), 0)
        as variance_share_to_date,
    case when is_comparable_to_date then before.actual_to_date end::decimal(18, 2)
        as prior_year_actual_to_date,
    now.actual <> now.budget
        and abs(now.actual - now.budget) >= $material_share * abs(now.budget) as is_material,
    now.actual_to_date <> now.budget_to_date
        and abs(now.actual_to_date - now.budget_to_date)
            >= $material_share * abs(now.budget_to_date) as is_material_to_date
from cumulated as now
join placed on placed.line = now.line
join compared on compared.month = now.month
left join cumulated as before
    on before.org_unit_id = now.org_unit_id and before.line = now.line
    and before.month = compared.month_before
order by now.month, now.org_unit_id, position
