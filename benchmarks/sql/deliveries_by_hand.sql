-- The reference: what one would write for this one export, without bronze, contracts, quarantine,
-- older versions or anything to look up afterwards. Times stay local.
create or replace table deliveries as
select * exclude (place)
from (
    select
        "Waybill" as waybill_no,
        lower("Service") as service_level,
        "Outlet" as org_unit_id,
        "Courier" as courier_id,
        "From" as origin_region,
        "To" as destination_region,
        "Same city" = 'Y' as is_same_city,
        "Picked up" as picked_up_at,
        "Promised" as promised_at,
        "Out" as out_for_delivery_at,
        "Delivered" as delivered_at,
        "Attempts" as attempts,
        lower(replace("Status", ' ', '_')) as status,
        lower(replace(coalesce("Exception", 'None'), ' ', '_')) as exception,
        ("Weight (kg)" * 1000)::bigint as weight_grams,
        ("Freight" * 100)::bigint as fee_minor,
        ("Claim" * 100)::bigint as claim_minor,
        "Updated" as updated_at,
        row_number() over (partition by "Waybill" order by "Updated" desc) as place
    from read_csv($file, header = true, delim = ',', types = {
        'Picked up': 'TIMESTAMP', 'Promised': 'TIMESTAMP', 'Out': 'TIMESTAMP',
        'Delivered': 'TIMESTAMP', 'Updated': 'TIMESTAMP', 'Attempts': 'BIGINT',
        'Same city': 'VARCHAR', 'Exception': 'VARCHAR', 'Weight (kg)': 'DECIMAL(18, 3)',
        'Freight': 'DECIMAL(18, 2)', 'Claim': 'DECIMAL(18, 2)'
    })
    where "Outlet" <> 'N99' and "Status" <> 'Somewhere'
        and coalesce("Delivered" >= "Picked up", true)
)
where place = 1;

create or replace table daily_sums as
with counted as (
    select *, delivered_at is null and promised_at < timestamp '2026-11-01' as is_overdue
    from deliveries
    where status <> 'cancelled'
),
by_day as (
    select picked_up_at::date as day, org_unit_id, courier_id, service_level, exception,
        1 as deliveries_picked_up, 0 as deliveries_delivered,
        0 as delivery_promises_met, 0 as delivery_promises_missed
    from counted where picked_up_at is not null
    union all
    select delivered_at::date, org_unit_id, courier_id, service_level, exception, 0, 1, 0, 0
    from counted where delivered_at is not null
    union all
    select promised_at::date, org_unit_id, courier_id, service_level, exception, 0, 0,
        coalesce(delivered_at <= promised_at, false)::int,
        (coalesce(delivered_at > promised_at, false) or is_overdue)::int
    from counted where promised_at is not null
)
select day, org_unit_id, courier_id, service_level, exception,
    sum(deliveries_picked_up)::bigint as deliveries_picked_up,
    sum(deliveries_delivered)::bigint as deliveries_delivered,
    sum(delivery_promises_met)::bigint as delivery_promises_met,
    sum(delivery_promises_missed)::bigint as delivery_promises_missed
from by_day
group by all
-- Days to come, when open promises fall due, have nothing to say yet.
having day < date '2026-11-01' or sum(
    deliveries_picked_up + deliveries_delivered + delivery_promises_met + delivery_promises_missed
) > 0;
