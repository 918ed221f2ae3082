-- The held rows of an id, and of its events, with every rule each broke in both languages.
select held.kind, held.source, held.file, held.row_number, held.is_replaced, held.rule,
    words.sentence_en, words.sentence_zh
from (
    select *, unnest(broken_rules) as rule
    from marts.held_rows
    where lower(record_key) = lower($id) or starts_with(lower(record_key), lower($id) || chr(31))
) as held
left join (
    select distinct kind, rule, sentence_en, sentence_zh from marts.held_by_rule
) as words using (kind, rule)
order by held.kind, held.file, held.row_number, held.rule
