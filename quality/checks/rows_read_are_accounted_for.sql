-- en: Every row read was accepted, superseded or quarantined, batch by batch.
-- zh: 每个批次读入的行都已被接收、被取代或被隔离，无一遗漏。
-- blocking: yes
-- tables: intake.batches
SELECT batch, source, rows_read, accepted, superseded, quarantined
FROM intake.batches
WHERE rows_read IS DISTINCT FROM accepted + superseded + quarantined
