-- What happened to a parcel: when, which stage, where.
select "at", event, place
from records.delivery_events
where waybill_no = $id
order by "at", batch_number, row_number
