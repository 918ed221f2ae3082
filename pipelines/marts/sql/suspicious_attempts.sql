-- One row per waybill whose first attempt failed and looks as if nobody had tried. Its reasons:
-- no_scan_near            nothing else was scanned of it for a long time ($scan_near) before; a
--                         waybill without any scans gives no reason
-- in_bulk_at_shift_end    its courier recorded many failed attempts ($many, within $at_once), when
--                         the unit's working day was about to end ($before_end) or over
with failed as (
    select waybill_no, delivery.org_unit_id, courier_id, service_level, first_attempt_at,
        delivered_at, coalesce(unit.calendar, '24x7') as calendar,
        coalesce(unit.time_zone, $time_zone) as time_zone
    from records.deliveries as delivery
    left join reference.org_units as unit on unit.id = delivery.org_unit_id
    where first_attempt_at is not null and status <> 'cancelled'
        and (delivered_at is null or delivered_at > first_attempt_at + $handed_over)
),
begun as (
    select *, count(*) over (
        -- Those of nobody in particular were not recorded by one person.
        partition by org_unit_id, courier_id, if(courier_id is null, waybill_no, null)
        order by first_attempt_at range between current row and $at_once following
    ) as attempts_since
    from failed
),
crowded as (
    select *, max(attempts_since) over (
        partition by org_unit_id, courier_id, if(courier_id is null, waybill_no, null)
        order by first_attempt_at range between $at_once preceding and current row
    ) as attempts_at_once
    from begun
),
last_scans as (
    select waybill_no,
        -- Of several scans at that instant, one is the attempt itself.
        case when count(*) filter (where event."at" = first_attempt_at) > 1 then first_attempt_at
            else max(event."at") filter (where event."at" < first_attempt_at)
        end as last_scan_at
    from failed join records.delivery_events as event using (waybill_no)
    group by waybill_no, first_attempt_at
),
day_ends as (
    select calendar, local_on, max(starts_at) + interval 15 minutes as ends_at
    from reference.slots where is_working
    group by all
    having max(local_minute) < 24 * 60 - 15 -- what works past midnight does not end that day
),
judged as (
    select crowded.*, moment.local_on as attempted_on, last_scan_at,
        scanned.waybill_no is not null
            and coalesce(last_scan_at < first_attempt_at - $scan_near, true) as has_no_scan_near,
        attempts_at_once >= $many
            and coalesce(first_attempt_at >= ends_at - $before_end, false) as is_in_bulk
    from crowded
    left join last_scans as scanned using (waybill_no)
    left join reference.slots as moment
        on moment.calendar = '24x7@' || crowded.time_zone
        and moment.day = first_attempt_at::date
        and moment.quarter = hour(first_attempt_at) * 4 + minute(first_attempt_at) // 15
    left join day_ends
        on day_ends.calendar = crowded.calendar || '@' || crowded.time_zone
        and day_ends.local_on = moment.local_on
)
select waybill_no, org_unit_id, courier_id, service_level, first_attempt_at, attempted_on,
    delivered_at, attempts_at_once, last_scan_at,
    if(has_no_scan_near, ['no_scan_near'], []) || if(is_in_bulk, ['in_bulk_at_shift_end'], [])
        as reasons,
    has_no_scan_near::bigint + is_in_bulk::bigint as score
from judged
where has_no_scan_near or is_in_bulk
order by first_attempt_at, waybill_no
