-- The points of control charts of one unit and grain, of one metric or of all.
select *
from marts.control_points
where org_unit_id = $unit and grain = $grain and ($metric is null or metric = $metric)
order by metric, period, number
