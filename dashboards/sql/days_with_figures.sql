-- The first and the last day on which any measure has a row.
select min(day) as first, max(day) as last
from (
    select min(day) as day from measures.tickets union all select max(day) from measures.tickets
    union all select min(day) from measures.deliveries
    union all select max(day) from measures.deliveries
    union all select min(day) from measures.surveys
    union all select max(day) from measures.surveys
    union all select min(day) from measures.finance_entries
    union all select max(day) from measures.finance_entries
    union all select min(day) from measures.budget_months
    union all select max(day) from measures.budget_months
    union all select min(day) from measures.duties
    union all select max(day) from measures.duties
)
