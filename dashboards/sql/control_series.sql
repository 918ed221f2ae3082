-- The control charts that one unit has: a row per metric and grain.
select *
from marts.control_series
where org_unit_id = $unit
order by metric, grain
