-- en: Every org unit of the measures is in reference data or registered.
-- zh: 度量表中的机构都在参考数据中或已登记。
-- blocking: yes
-- tables: reference.org_units
-- for each: measures
SELECT org_unit_id, count(*) AS measure_rows
FROM {table}
WHERE org_unit_id NOT IN (SELECT id FROM reference.org_units) OR org_unit_id IS NULL
GROUP BY ALL
