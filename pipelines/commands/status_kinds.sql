-- One row per record kind: its batches and rows over all sources, the days that they cover, and for
-- kinds that come daily the number of days between without any row.
with kinds as (
    select kind, sum(batches)::bigint as batches, sum(rows_read)::bigint as rows_read,
        sum(accepted)::bigint as accepted, sum(superseded)::bigint as superseded,
        sum(quarantined)::bigint as quarantined,
        min(first_day) as first_day, max(last_day) as last_day,
        count(days_without_rows) > 0 as is_daily
    from marts.conservation group by kind
)
select kind, batches, rows_read, accepted, superseded, quarantined,
    first_day::varchar as first_day, last_day::varchar as last_day,
    -- A day that one source lacks, another may have.
    case when is_daily then (
        select count(*) from marts.coverage as covered
        where covered.kind = kinds.kind and covered.rows = 0
            and covered.day between kinds.first_day and kinds.last_day
    ) end as days_without_rows
from kinds
order by kind
