-- The accounts that a line is made of, with their kind; the result is made of all of them.
with recursive lines as (
    select distinct line, parent_line, account_code, line_kind
    from marts.budget_roll_up
    where month = $month::date
),
within as (
    select line, account_code, line_kind from lines where line = $line or $line = 'result'
    union
    select lines.line, lines.account_code, lines.line_kind
    from within join lines on lines.parent_line = within.line
)
select distinct account_code, line_kind
from within
where account_code is not null
order by account_code
