-- en: Every row with an instant has the local date made from it.
-- zh: 凡有时刻的行都有由其得出的当地日期。
-- blocking: yes
-- for each: records
SELECT {key}, source, batch, row_number
FROM {table}
WHERE {dateless}
