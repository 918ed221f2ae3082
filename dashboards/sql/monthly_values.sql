-- The figures of every metric by month for one unit, or of one metric for every unit.
select *
from marts.metric_values
where ($unit is null or org_unit_id = $unit) and ($metric is null or metric = $metric)
order by metric, org_unit_id, period
