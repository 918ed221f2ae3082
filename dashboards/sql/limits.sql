-- Amber and red of the warning rule on a metric for units of the kind of one, at one grain.
select rule.amber, rule.red
from reference.kri_rules as rule
join reference.org_units as unit on unit.kind = rule.scope
where rule.metric = $metric and unit.id = $unit and rule.grain = $grain
order by rule.rule_id
limit 1
