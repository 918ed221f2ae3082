-- Records and held rows by kind and day over the $days days that end with $as_of. Kinds that come
-- daily have every day from their first on, other kinds only the days on which they came.
with days as (
    select unnest(range($as_of::date - ($days::int - 1), $as_of::date + 1, interval 1 day))::date
        as day
),
expected as (
    select kind, day
    from (
        select kind, min(first_day) as first_day from marts.conservation
        group by kind having count(days_without_rows) > 0
    ) as daily
    join days on days.day >= daily.first_day
    union
    select covered.kind, covered.day from marts.coverage as covered join days using (day)
)
select kind, day, coalesce(covered.rows, 0) as rows, coalesce(covered.held_rows, 0) as held_rows
from expected left join marts.coverage as covered using (kind, day)
order by kind, day
