-- What counts how much in the score of service quality, and for which kinds of units.
select scope, metric, weight, worst, best
from reference.score_weights
order by scope, weight desc, metric
