-- How many answers the night of this snapshot took to be enough.
select value::integer as minimum_answers
from intake.facts
where name = 'minimum_answers'
