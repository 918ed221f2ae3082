-- The months that are over for which units of a kind have a score of service quality.
select distinct scope, period
from marts.quality_scores
where is_scored and last_day(period) <= $as_of::date
order by scope, period desc
