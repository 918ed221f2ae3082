-- Which kinds have older versions of an id, in whichever case.
select distinct kind
from (
    select 'tickets' as kind, ticket_id as id from superseded.tickets
    union all select 'deliveries', waybill_no from superseded.deliveries
    union all select 'surveys', response_id from superseded.surveys
    union all select 'finance_entries', entry_id from superseded.finance_entries
    union all select 'duties', duty_id from superseded.duties
)
where lower(id) = lower($id)
order by kind
