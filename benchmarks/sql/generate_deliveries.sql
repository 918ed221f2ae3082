-- Deliveries of 18 months as an export would have them: $rows waybills, 1 % of them with an older
-- version, 0.3 % unfit in three ways. What has not happened by the last day is still empty.
with drawn as (
    select
        i,
        hash(i, 1) / 18446744073709551616.0 as place,
        hash(i, 2) / 18446744073709551616.0 as time_taken,
        hash(i, 3) / 18446744073709551616.0 as fate,
        hash(i, 4) % 10 as service,
        hash(i, 5) % 5 as courier,
        timestamp '2025-05-01' + to_seconds(
            (i * 549 // $rows) * 86400 + 28800 + (hash(i, 6) % 39600)::bigint
        ) as picked_up_at
    from range($rows) as numbers(i)
),
timed as (
    select
        *,
        printf('N%02d', 1 + (40 * place * place)::int % 40) as outlet,
        case when service < 3 then 2 when service < 8 then 3 else 5 end as days_allowed,
        picked_up_at + to_seconds(
            (86400 * days_allowed * (0.35 + 1.0 * time_taken * time_taken))::bigint
        ) as would_arrive_at,
        case
            when fate < 0.001 then 'Lost'
            when fate < 0.004 then 'Damaged'
            when fate < 0.030 then 'Delayed'
            when fate < 0.036 then 'Wrong address'
            when fate < 0.040 then 'Refused'
        end as exception
    from drawn
),
ended as (
    select
        *,
        picked_up_at::date + days_allowed + time '23:59:59' as promised_at,
        case
            when fate > 0.995 then 'Cancelled'
            when exception = 'Lost' then 'Lost'
            when would_arrive_at <= timestamp '2026-10-31 23:59:59' then 'Delivered'
            else 'In transit'
        end as status
    from timed
),
versions as (
    select *, status = 'Delivered' as is_delivered, would_arrive_at as updated_at from ended
    union all by name
    select
        * replace ('In transit' as status),
        false as is_delivered,
        picked_up_at + interval 2 hour as updated_at
    from ended
    where i % 100 = 7
)
select
    printf('BX%010d', i) as "Waybill",
    case when service < 3 then 'Express' when service < 8 then 'Standard' else 'Economy' end
        as "Service",
    case when i % 1000 = 1 then 'N99' else outlet end as "Outlet",
    outlet || '-C' || courier as "Courier",
    (['North', 'East', 'South', 'West'])[1 + i % 4] as "From",
    (['North', 'East', 'South', 'West'])[1 + (hash(i, 7) % 4)::int] as "To",
    case when hash(i, 7) % 4 = 0 then 'Y' else 'N' end as "Same city",
    strftime(picked_up_at, '%Y-%m-%d %H:%M:%S') as "Picked up",
    strftime(promised_at, '%Y-%m-%d %H:%M:%S') as "Promised",
    case when is_delivered
        then strftime(would_arrive_at - interval 3 hour, '%Y-%m-%d %H:%M:%S') end as "Out",
    case when is_delivered then strftime(
        case when i % 1000 = 2 then picked_up_at - interval 5 day else would_arrive_at end,
        '%Y-%m-%d %H:%M:%S'
    ) end as "Delivered",
    case when is_delivered then 1 + (fate > 0.9)::int end as "Attempts",
    case when i % 1000 = 3 then 'Somewhere' else status end as "Status",
    exception as "Exception",
    printf('%.3f', 0.2 + 6 * time_taken * place) as "Weight (kg)",
    printf('%.2f', 8 + days_allowed + 4 * place) as "Freight",
    case when exception in ('Lost', 'Damaged') then printf('%.2f', 20 + 500 * place) end as "Claim",
    strftime(updated_at, '%Y-%m-%d %H:%M:%S') as "Updated"
from versions
