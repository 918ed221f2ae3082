-- The working days that each service level allows, by which calendar, and its cut-off time.
select service_level, limit_working_days, calendar, cut_off_time from reference.service_levels
