-- Surveys whose number begins so.
select * from records.surveys
where starts_with(lower(response_id), lower($prefix))
order by answered_at desc nulls last, response_id
limit 50
