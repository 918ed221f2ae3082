"""Survey invitations, answered and not: customers after a delivery or a ticket, and visits.

Staff's attitude, speed and the outcome are each fine or not; whether the customer is satisfied on
the whole depends on all three, and the scores follow, whatever the scale of the method is.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.simulation.chance import Stream, pick, pick_by_row
from pipelines.simulation.incidents import Incidents
from pipelines.simulation.organisation import Organisation
from pipelines.simulation.parcels import RecentParcels
from pipelines.simulation.period import DAY, HOUR, Month, Numbers, Period, Truths
from pipelines.simulation.survey_words import BAD_COMMENTS, GOOD_COMMENTS
from pipelines.simulation.volumes import INVITATIONS_PER_DELIVERY, TICKETS_PER_DELIVERY, Volumes

_AFTER_DELIVERY = INVITATIONS_PER_DELIVERY * 0.6
_AFTER_TICKET = INVITATIONS_PER_DELIVERY * 0.3 / TICKETS_PER_DELIVERY
_ANSWERED = 0.45
_ANSWERED_OF_VISITS = 1.0
_COMMENTED = 0.3
_FINE = {"attitude": 0.88, "efficiency": 0.85, "effect": 0.90}
_ATTITUDE_AT_THE_END = 0.25
_DAYS_OF_SLIDE = 10
# Chance of being satisfied on the whole: this, and what each fine dimension adds to it.
_SATISFIED = 0.20
_ADDS = {"attitude": 0.12, "efficiency": 0.36, "effect": 0.28}
# Shares of the scores, worst first, when fine and when not; 75 % of the scale and up is satisfied.
_FINE_OF_5, _POOR_OF_5 = (0, 0, 0, 0.44, 0.56), (0.15, 0.25, 0.60, 0, 0)
_FINE_OF_10 = (0, 0, 0, 0, 0, 0, 0, 0.34, 0.32, 0.34)
_POOR_OF_10 = (0.04, 0.08, 0.16, 0.20, 0.20, 0.17, 0.15, 0, 0, 0)
_RECOMMENDS = (0.005, 0, 0, 0.005, 0.01, 0.01, 0.02, 0.10, 0.25, 0.30, 0.30)
_RECOMMENDS_NOT = (0.06, 0.06, 0.08, 0.12, 0.14, 0.16, 0.13, 0.12, 0.08, 0.03, 0.02)
# Evaluator, method and points of the scale of each way of asking.
_WAYS = pl.DataFrame(
    {
        "evaluator": ["customer", "customer", "customer", "internal", "third_party"],
        "method": ["sms", "online", "phone", "in_person", "phone"],
        "points": [5, 5, 10, 5, 10],
    }
)
_CUSTOMER_WAYS, _VISIT_WAYS = (0.45, 0.40, 0.15, 0, 0), (0, 0, 0, 0.6, 0.4)


def draw_surveys(
    chance: Stream,
    month: Month,
    volumes: Volumes,
    parcels: RecentParcels,
    tickets: pl.DataFrame,
    organisation: Organisation,
    period: Period,
    incidents: Incidents,
) -> pl.DataFrame:
    """Return the invitations sent in `month`, by time.

    `tickets` are those of this month and the last. Columns: `response_id`, `evaluator`, `method`,
    `points` (the scale is 1 to it), `subject`, `subject_id`, `unit` as a number, `agent_id`,
    `sent` and `answered` in seconds since the period's start, and the scores, null where
    unanswered by the period's end.
    """
    asked = [
        _after_deliveries(chance, month, parcels, organisation, period),
        _after_tickets(chance, month, tickets, period),
        _visits(chance, month, volumes),
    ]
    sent = (
        pl.concat(asked)
        .filter(pl.col("sent") < period.seconds)
        .sort("sent", "unit", maintain_order=True)
    )
    rows = sent.height
    is_visit = (sent["subject"] == "visit").to_numpy()
    shares = np.array([_CUSTOMER_WAYS, _VISIT_WAYS])
    ways = _WAYS[pick_by_row(chance, shares, is_visit.astype(np.int64))]
    delay = np.where(is_visit, HOUR, chance.exponential(4 * HOUR, rows)).astype(np.int64)
    answered = sent["sent"].to_numpy() + delay
    answers = chance.random(rows) < np.where(is_visit, _ANSWERED_OF_VISITS, _ANSWERED)
    scores = _draw_scores(chance, sent, ways["points"].to_numpy(), organisation, incidents)
    numbers = pl.int_range(1, rows + 1, eager=True).cast(pl.String).str.zfill(7)
    is_answered = pl.lit(pl.Series(answers & (answered < period.seconds)))
    return sent.hstack(ways).with_columns(
        response_id=pl.lit("PJ" + month.label[2:].replace("-", "")) + numbers,
        answered=pl.when(is_answered).then(pl.Series(answered)),
        **{name: pl.when(is_answered).then(score) for name, score in scores.items()},
    )


def _after_deliveries(
    chance: Stream,
    month: Month,
    parcels: RecentParcels,
    organisation: Organisation,
    period: Period,
) -> pl.DataFrame:
    delivered = parcels.delivered_between(month.first, month.stop, period)
    asked = delivered.filter(pl.Series(chance.random(delivered.height) < _AFTER_DELIVERY))
    couriers = pl.Series(organisation.couriers)
    return asked.select(
        sent=pl.col("delivered") + HOUR // 2,
        unit="outlet",
        agent_id=couriers.gather(asked["courier"]),
        subject=pl.lit("delivery"),
        subject_id="waybill_no",
    )


def _after_tickets(
    chance: Stream, month: Month, tickets: pl.DataFrame, period: Period
) -> pl.DataFrame:
    seconds = pl.col("resolved")
    resolved = tickets.filter(
        seconds >= month.first * DAY, seconds < min(month.stop * DAY, period.seconds)
    )
    asked = resolved.filter(pl.Series(chance.random(resolved.height) < _AFTER_TICKET))
    return asked.select(
        sent=pl.col("resolved") + HOUR // 2,
        unit="unit",
        agent_id="agent_id",
        subject=pl.lit("ticket"),
        subject_id="ticket_id",
    )


def _visits(chance: Stream, month: Month, volumes: Volumes) -> pl.DataFrame:
    visits = volumes.visits[month.first : month.stop]
    days, outlets = np.indices(visits.shape)
    day = np.repeat(days.ravel(), visits.ravel()) + month.first
    nothing = pl.lit(None, pl.String)
    return pl.DataFrame(
        {
            "sent": day * DAY + chance.integers(9 * HOUR, 17 * HOUR, len(day)),
            "unit": np.repeat(outlets.ravel(), visits.ravel()),
        }
    ).with_columns(agent_id=nothing, subject=pl.lit("visit"), subject_id=nothing)


def _draw_scores(
    chance: Stream,
    sent: pl.DataFrame,
    points: Numbers,
    organisation: Organisation,
    incidents: Incidents,
) -> dict[str, pl.Series]:
    """Return the scores that every invited person would give, and the comment."""
    rows = sent.height
    fine = {
        name: chance.random(rows) < share
        for name, share in (
            _FINE | {"attitude": _attitude_shares(sent, organisation, incidents)}
        ).items()
    }
    satisfied_share = _SATISFIED + sum(_ADDS[name] * fine[name] for name in _ADDS)
    is_satisfied = chance.random(rows) < satisfied_share
    scores = {"overall": _score(chance, is_satisfied, points)}
    scores |= {name: _score(chance, fine[name], points) for name in _FINE}
    recommend = np.array([_RECOMMENDS_NOT, _RECOMMENDS])
    scores["recommend"] = pl.Series(pick_by_row(chance, recommend, is_satisfied.astype(np.int64)))
    return scores | {"comment": _draw_comments(chance, is_satisfied)}


def _attitude_shares(
    sent: pl.DataFrame, organisation: Organisation, incidents: Incidents
) -> npt.NDArray[np.float64]:
    """Return the share who find the staff friendly: in the incident it slides, and stays low."""
    slide = incidents.sliding_attitude
    day = sent["sent"].to_numpy() // DAY
    progress = ((day - slide.first) / _DAYS_OF_SLIDE).clip(0, 1)
    usual = _FINE["attitude"]
    return np.where(
        slide.covers(organisation, sent["unit"].to_numpy(), day),
        usual + progress * (_ATTITUDE_AT_THE_END - usual),
        usual,
    )


def _score(chance: Stream, is_fine: Truths, points: Numbers) -> pl.Series:
    rows = len(is_fine)
    of_5 = np.where(is_fine, pick(chance, _FINE_OF_5, rows), pick(chance, _POOR_OF_5, rows))
    of_10 = np.where(is_fine, pick(chance, _FINE_OF_10, rows), pick(chance, _POOR_OF_10, rows))
    return pl.Series(1 + np.where(points == 5, of_5, of_10))


def _draw_comments(chance: Stream, is_satisfied: Truths) -> pl.Series:
    rows = len(is_satisfied)
    good = chance.integers(0, len(GOOD_COMMENTS), rows)
    bad = len(GOOD_COMMENTS) + chance.integers(0, len(BAD_COMMENTS), rows)
    silent = len(GOOD_COMMENTS) + len(BAD_COMMENTS)
    chosen = np.where(is_satisfied, good, bad)
    chosen = np.where(chance.random(rows) < _COMMENTED, chosen, silent)
    return pl.Series([*GOOD_COMMENTS, *BAD_COMMENTS, None]).gather(chosen)
