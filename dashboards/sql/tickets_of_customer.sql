-- The last tickets of a customer.
select *
from records.tickets
where customer_key = $customer and ticket_id <> $id
order by opened_at desc, ticket_id
limit 10
