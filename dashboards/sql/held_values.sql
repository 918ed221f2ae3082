-- What the held rows of an id hold, as it landed; of a pseudonym the first characters only.
select file, row_number, landed_column,
    case when regexp_full_match(landed_value, '[0-9a-f]{64}') then landed_value[:8] || '…'
        else landed_value end as landed_value
from (
    select held.file, held.row_number, cell.id as position, cell.key as landed_column,
        cell.value ->> '$' as landed_value
    from marts.held_rows as held, json_each(held.landed) as cell
    where lower(held.record_key) = lower($id)
        or starts_with(lower(held.record_key), lower($id) || chr(31))
)
where landed_value <> ''
order by file, row_number, position
