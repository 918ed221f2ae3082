-- What became of the rows of batches, newest first: of all, or only of those refused, those with held
-- rows, or those that do not add up (there should be none).
select batch_number, source, kind, file, state, en, zh, rows_read, accepted, superseded, quarantined,
    rows_read = accepted + superseded + quarantined as is_accounted_for,
    array_to_string(unused_columns, ', ') as unused_columns
from intake.batches
where $which = 'all' or ($which = 'refused' and state = 'refused')
    or ($which = 'held' and quarantined > 0)
    or ($which = 'unaccounted' and rows_read <> accepted + superseded + quarantined)
order by batch_number desc
