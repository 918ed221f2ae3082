-- The rules that hold rows, by source, with the rule in words; the one that holds most comes first.
select source || '.' || rule as id, kind, source, rule, sentence_en, sentence_zh, rows, files,
    first_day, last_day
from marts.held_by_rule
order by rows desc, id
