-- en: The days off of the next 60 days are announced.
-- zh: 未来 60 天的节假日安排均已公布。
-- blocking: no
-- tables: reference.holidays, reference.calendars, intake.facts
WITH ahead AS (
  SELECT value::DATE AS as_of, value::DATE + 60 AS until
  FROM intake.facts WHERE name = 'as_of.tickets'
), days AS ( -- a row about a calendar beats one about its country
  SELECT calendars.calendar, calendars.country, holidays.date, holidays.provisional
  FROM (SELECT DISTINCT calendar, country FROM reference.calendars) AS calendars
  JOIN reference.holidays AS holidays ON holidays.calendar = calendars.calendar
    OR (holidays.calendar IS NULL AND holidays.country = calendars.country)
  QUALIFY row_number() OVER (
    PARTITION BY calendars.calendar, holidays.date ORDER BY holidays.calendar NULLS LAST
  ) = 1
)
SELECT calendar, country, max(date) AS last_known_on,
  min(date) FILTER (provisional AND date > as_of AND date <= until) AS first_provisional_on
FROM days, ahead
GROUP BY calendar, country, as_of
-- Past the last year that is known, nothing would be provisional.
HAVING first_provisional_on IS NOT NULL OR (country IS NOT NULL AND last_known_on <= as_of)
ORDER BY calendar
