-- Rows of a source that a rule holds, not replaced since, as they landed, with all that they break.
with broken as (
    select * exclude (broken_rules), unnest(broken_rules) as rule
    from marts.held_rows
    where not is_replaced and source = $source and list_contains(broken_rules, $rule)
)
select file, row_number, day, org_unit_id,
    string_agg(sentence_en, ' ' order by rule) as rules_en,
    string_agg(sentence_zh, '' order by rule) as rules_zh,
    landed
from broken join marts.held_by_rule using (kind, source, rule)
group by batch_number, record_key, file, row_number, day, org_unit_id, landed
order by batch_number, row_number, record_key
limit $limit
