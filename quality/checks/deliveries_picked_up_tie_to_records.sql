-- en: Deliveries picked up in the measures are the deliveries in the records, day by day.
-- zh: 度量表中每日揽收的运单数与记录表一致。
-- blocking: yes
-- tables: measures.deliveries, records.deliveries
SELECT day, measured.picked_up AS picked_up_in_measures, recorded.picked_up AS picked_up_in_records
FROM (
  SELECT day, sum(deliveries_picked_up) AS picked_up FROM measures.deliveries GROUP BY ALL
) AS measured
FULL JOIN (
  SELECT picked_up_on AS day, count(*) AS picked_up
  FROM records.deliveries
  WHERE picked_up_on IS NOT NULL AND status <> 'cancelled'
  GROUP BY ALL
) AS recorded USING (day)
WHERE coalesce(measured.picked_up, 0) <> coalesce(recorded.picked_up, 0)
