-- The records with an id, in whichever case; those written exactly so come first.
select kind, id
from (
    select 'tickets' as kind, ticket_id as id from records.tickets
    union all select 'deliveries', waybill_no from records.deliveries
    union all select 'surveys', response_id from records.surveys
    union all select 'finance_entries', entry_id from records.finance_entries
    union all select 'duties', duty_id from records.duties
)
where lower(id) = lower($id)
order by id <> $id, kind, id
