-- Deliveries whose number begins so, or whose customer does.
select * from records.deliveries
where starts_with(lower(waybill_no), lower($prefix)) or starts_with(customer_key, lower($customer))
order by picked_up_at desc nulls last, waybill_no
limit 50
