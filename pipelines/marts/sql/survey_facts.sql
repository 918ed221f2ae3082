-- One row per survey, answered or not, with the scores as given, the case behind it, and the facts
-- of a ticket. A ticket that was cancelled counts nowhere: it has no facts.
with tickets as (
    select ticket.* from records.tickets as ticket
    semi join records.surveys as survey
        on survey.subject = 'ticket' and survey.subject_id = ticket.ticket_id
),
-- Running clocks say nothing yet.
clocks as (
    select ticket_id,
        bool_or(state = 'missed') filter (clock = 'first_response') as first_response_missed,
        bool_or(state = 'missed') filter (clock = 'resolution') as resolution_missed,
        bool_or(state = 'missed') filter (clock = 'promise') as promise_missed
    from records.clocks semi join tickets using (ticket_id)
    where state in ('met', 'missed')
    group by ticket_id
),
ticket_facts as (
    select ticket_id, first_response_missed, resolution_missed, promise_missed,
        reopened_count > 0 as was_reopened, is_escalated as was_escalated,
        reassigned_count > 0 as was_reassigned, kind = 'complaint' as is_complaint
    from tickets left join clocks using (ticket_id)
    where status <> 'cancelled'
)
select survey.response_id, survey.evaluator, survey.method, survey.subject, survey.subject_id,
    ticket.ticket_id,
    case survey.subject when 'delivery' then survey.subject_id else ticket.waybill_no end
        as said_waybill_no,
    survey.org_unit_id, survey.agent_id, survey.sent_on, survey.answered_on, survey.weight,
    survey.scale_min, survey.scale_max, survey.overall, survey.attitude, survey.efficiency,
    survey.effect, survey.recommend, survey.comment,
    facts.* exclude (ticket_id)
from records.surveys as survey
left join tickets as ticket
    on survey.subject = 'ticket' and ticket.ticket_id = survey.subject_id
left join ticket_facts as facts on facts.ticket_id = ticket.ticket_id
order by coalesce(survey.answered_on, survey.sent_on), survey.response_id
