-- The delivery that a record is about.
select * from records.deliveries where waybill_no = $waybill and waybill_no <> $id
