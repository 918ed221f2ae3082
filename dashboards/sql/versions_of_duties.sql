-- All versions of a duty, the one that counts first, with the file that each came in.
select version.*, batch.file
from (
    select *, false as is_superseded from records.duties where duty_id = $id
    union all by name
    select *, true as is_superseded from superseded.duties where duty_id = $id
) as version
left join intake.batches as batch using (batch_number)
order by is_superseded, batch_number desc, row_number desc
