-- Ledger entries whose number begins so, or whose customer does.
select * from records.finance_entries
where starts_with(lower(entry_id), lower($prefix)) or starts_with(customer_key, lower($customer))
order by posted_on desc, entry_id
limit 50
