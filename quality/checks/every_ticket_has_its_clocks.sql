-- en: Every ticket that counts has one clock of each kind that it should have.
-- zh: 每张计入统计的工单都恰有其应有的计时项。
-- blocking: yes
-- tables: records.clocks, records.tickets
SELECT ticket_id, due.clocks AS clocks_due, made.clocks AS clocks_made
FROM (
  SELECT ticket_id, 2 + (promised_at IS NOT NULL)::INT AS clocks -- answer, solution, promise
  FROM records.tickets WHERE status <> 'cancelled'
) AS due
FULL JOIN (
  SELECT ticket_id, count(DISTINCT clock) AS clocks FROM records.clocks GROUP BY ALL
  HAVING count(*) = count(DISTINCT clock)
) AS made USING (ticket_id)
WHERE due.clocks IS DISTINCT FROM made.clocks
