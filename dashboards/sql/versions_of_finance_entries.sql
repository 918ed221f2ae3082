-- All versions of a ledger entry, the one that counts first, with the file that each came in.
select version.*, batch.file
from (
    select *, false as is_superseded from records.finance_entries where entry_id = $id
    union all by name
    select *, true as is_superseded from superseded.finance_entries where entry_id = $id
) as version
left join intake.batches as batch using (batch_number)
order by is_superseded, updated_at desc nulls last, batch_number desc, row_number desc
