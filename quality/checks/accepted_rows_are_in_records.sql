-- en: Each batch has as many rows in its records as were accepted from it.
-- zh: 每个批次在记录表中的行数与其接收的行数一致。
-- blocking: yes
-- tables: intake.batches
-- for each: records
SELECT batch, source, accepted, coalesce(present.row_count, 0) AS rows_in_records
FROM intake.batches
LEFT JOIN (
  SELECT batch, source, count(*) AS row_count FROM {table} GROUP BY ALL
) AS present USING (batch, source)
WHERE '{table}' = 'records.' || kind
  AND accepted IS DISTINCT FROM coalesce(present.row_count, 0)
