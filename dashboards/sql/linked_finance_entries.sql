-- What the books say about a waybill; the newest first.
select *
from records.finance_entries
where waybill_no = $waybill and entry_id <> $id
order by posted_on desc, entry_id
limit 50
