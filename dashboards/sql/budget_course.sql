-- One line of a unit in every month of the fiscal year of one; no actual in months to come.
select month, case when month <= $as_of::date then actual end as actual, budget, prior_year_actual
from marts.budget_roll_up
where org_unit_id = $unit and line = $line
    and fiscal_year in (
        select fiscal_year from marts.budget_roll_up where month = $month::date
    )
order by month
