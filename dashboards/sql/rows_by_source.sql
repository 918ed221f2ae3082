-- What became of the rows of every source, and whether that adds up.
select source, kind, batches, refused_batches, rows_read, accepted, superseded, quarantined,
    still_held, rows_read = accepted + superseded + quarantined as is_accounted_for
from marts.conservation
order by source
