-- en: Working, closed, holiday and paused time of every clock sum to its elapsed time.
-- zh: 每个计时项的工作、非工作、节假日与暂停时间之和等于其历时。
-- blocking: yes
-- tables: records.clocks
SELECT ticket_id, clock, state, elapsed_seconds
FROM records.clocks
WHERE elapsed_seconds IS DISTINCT FROM
    working_seconds + out_of_hours_seconds + holiday_seconds + paused_seconds
  OR least(working_seconds, out_of_hours_seconds, holiday_seconds, paused_seconds) < 0
