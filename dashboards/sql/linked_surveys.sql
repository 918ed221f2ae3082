-- What customers said about a ticket or a waybill; the newest first.
select *
from records.surveys
where (subject_id = $ticket or subject_id = $waybill) and response_id <> $id
order by answered_at desc nulls last, response_id
limit 50
