-- The instant that was "now" when the measures of a table were summed.
select value from intake.facts where name = 'as_of_at.' || $table
