-- The ticket that a record is about, and tickets about a waybill; the newest first.
select *
from records.tickets
where (ticket_id = $ticket or waybill_no = $waybill) and ticket_id <> $id
order by opened_at desc, ticket_id
limit 50
