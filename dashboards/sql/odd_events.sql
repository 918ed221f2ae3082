-- Events that fit no record, lie before it or begin a pause without an end; the most come first.
select kind, source, oddity, events, records, first_id
from marts.odd_events
order by events desc, kind, source, oddity
