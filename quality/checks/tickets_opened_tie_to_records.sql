-- en: Tickets opened in the measures are the tickets in the records, day by day.
-- zh: 度量表中每日新建的工单数与记录表一致。
-- blocking: yes
-- tables: measures.tickets, records.tickets
SELECT day, measured.opened AS opened_in_measures, recorded.opened AS opened_in_records
FROM (SELECT day, sum(tickets_opened) AS opened FROM measures.tickets GROUP BY ALL) AS measured
FULL JOIN (
  SELECT opened_on AS day, count(*) AS opened
  FROM records.tickets
  WHERE opened_on IS NOT NULL AND status <> 'cancelled'
  GROUP BY ALL
) AS recorded USING (day)
WHERE coalesce(measured.opened, 0) <> coalesce(recorded.opened, 0)
