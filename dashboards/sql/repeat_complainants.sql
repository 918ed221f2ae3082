-- Customers with more than one of the complaints that the metric complaints_opened counts, most
-- first. `customer` is as much of a long pseudonym as a person can compare.
select customer_key,
    if(length(customer_key) > 24, left(customer_key, 12), customer_key) as customer,
    count(*) as complaints, count(*) filter (outcome = 'upheld') as upheld,
    max(opened_at) as last_opened_at
from records.tickets
where kind = 'complaint' and status <> 'cancelled' and customer_key is not null
    and opened_on between $first::date and $last::date
    and ($unit is null or org_unit_id in (
        select org_unit_id from reference.org_unit_tree where ancestor_id = $unit
    ))
    and ($channel is null or channel = $channel)
group by customer_key
having count(*) > 1
order by complaints desc, last_opened_at desc, customer_key
