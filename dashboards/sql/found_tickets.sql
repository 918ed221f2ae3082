-- Tickets whose number begins so, or whose customer does.
select * from records.tickets
where starts_with(lower(ticket_id), lower($prefix)) or starts_with(customer_key, lower($customer))
order by opened_at desc, ticket_id
limit 50
