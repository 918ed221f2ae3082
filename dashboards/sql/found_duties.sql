-- Duties whose number begins so.
select * from records.duties
where starts_with(lower(duty_id), lower($prefix))
order by due_on desc, duty_id
limit 50
