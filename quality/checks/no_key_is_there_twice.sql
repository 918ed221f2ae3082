-- en: No two rows of a record kind have the same key.
-- zh: 同一类记录中没有两行的键相同。
-- blocking: yes
-- for each: records
SELECT {key}, count(*) AS copies
FROM {table}
GROUP BY ALL
HAVING count(*) > 1
