-- The days of a calendar in a time zone: which working day each is.
select local_on, working_day_number, is_working_day
from reference.calendar_days where calendar = $calendar order by local_on
