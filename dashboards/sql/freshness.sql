-- One row per record kind: the days that its records cover, and for kinds that come daily how many
-- days the last of them lies behind a day, how many days between have no row, and the newest of
-- these days.
with kinds as (
    select kind, min(first_day) as first_day, max(last_day) as last_day,
        count(days_without_rows) > 0 as is_daily
    from marts.conservation group by kind
),
gaps as (
    -- A day that one source lacks, another may have.
    select kind, count(*) as days_without_rows,
        array_to_string(list(day order by day desc)[:10], ', ') as newest_gaps
    from marts.coverage join kinds using (kind)
    where is_daily and rows = 0 and day between first_day and last_day
    group by kind
)
select kind, first_day, last_day, is_daily,
    case when is_daily then date_diff('day', last_day, $as_of::date) end as days_behind,
    case when is_daily then coalesce(days_without_rows, 0) end as days_without_rows,
    newest_gaps
from kinds left join gaps using (kind)
order by days_behind desc nulls last, kind
