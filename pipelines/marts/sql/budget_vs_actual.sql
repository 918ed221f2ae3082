-- One row per month, org unit and account: actual, budget, variance (positive is favourable),
-- and the same from the start of the fiscal year. Money in currency units.
with booked as (
    select date_trunc('month', day)::date as month, org_unit_id, account_code,
        revenue_actual_minor + cost_actual_minor + expense_actual_minor as actual_minor,
        0 as budget_minor
    from measures.finance_entries
    union all by name
    select day as month, org_unit_id, account_code, 0 as actual_minor,
        revenue_budget_minor + cost_budget_minor + expense_budget_minor as budget_minor
    from measures.budget_months
),
monthly as (
    select month, org_unit_id, account_code,
        year(month - to_months($fiscal_year_start - 1)) as fiscal_year,
        sum(actual_minor) as actual_minor, sum(budget_minor) as budget_minor
    from booked group by all
),
cumulated as (
    select *, sum(actual_minor) over to_date as actual_to_date_minor,
        sum(budget_minor) over to_date as budget_to_date_minor
    from monthly
    window to_date as (
        partition by org_unit_id, account_code, fiscal_year order by month
    )
),
signed as (
    select cumulated.*, account.name as account_name, account.name_zh as account_name_zh,
        account.kind as account_kind, account.statement_line,
        case when account.kind = 'revenue' then 1 else -1 end as favourable
    from cumulated join reference.accounts as account on account.code = cumulated.account_code
    where account.kind in ('revenue', 'cost', 'expense')
)
select month, fiscal_year, org_unit_id, account_code, account_name, account_name_zh, account_kind,
    statement_line, $currency as currency,
    (actual_minor / 100)::decimal(18, 2) as actual,
    (budget_minor / 100)::decimal(18, 2) as budget,
    (favourable * (actual_minor - budget_minor) / 100)::decimal(18, 2) as variance,
    (actual_to_date_minor / 100)::decimal(18, 2) as actual_to_date,
    (budget_to_date_minor / 100)::decimal(18, 2) as budget_to_date,
    (favourable * (actual_to_date_minor - budget_to_date_minor) / 100)::decimal(18, 2)
        as variance_to_date
from signed
order by month, org_unit_id, account_code
