-- What happened to a ticket: when, to which status, by whom.
select "at", status as event, actor as place
from records.ticket_events
where ticket_id = $id
order by "at", batch_number, row_number
