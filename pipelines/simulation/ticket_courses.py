"""The course of a ticket: first answer, pause for the customer, solution, re-opening, closing.

Whether the first answer and the solution are in time is drawn first, and the working minutes they
take after that, in the opening hours of the unit that has the ticket: the shares in time are the
same on every day unless an incident says otherwise. Targets are those of sla_policies.csv; the
customer is promised the solution within its target. Who waits for an answer waits for the solution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.simulation.chance import Stream
from pipelines.simulation.incidents import Incidents
from pipelines.simulation.organisation import Organisation
from pipelines.simulation.period import DAY, NEVER, Numbers, Truths

_ANSWER_TARGET = 240  # working minutes, for every kind and priority
_SOLUTION_TARGETS = np.array([480, 960, 1440, 2400])  # critical, high, normal, low
_ANSWERED_IN_TIME = 0.93
_ANSWERED_IN_TIME_AFTER_LOSS = 0.86
_SOLVED_IN_TIME = 0.985  # of those answered in time; with the others 93 % of all
_SOLVED_IN_TIME_AFTER_LATE_ANSWER = 0.20
_PAUSED = 0.15
_REOPENED = 0.04
_CANCELLED = 0.015
_MINUTE = 60


@dataclass(frozen=True)
class Course:
    """Instants in seconds since the period's start, whole minutes; NEVER where there is none."""

    answered: Numbers
    promised: Numbers
    paused: Numbers
    resumed: Numbers
    first_resolved: Numbers
    reopened: Numbers
    resolved: Numbers
    closed: Numbers
    is_cancelled: Truths


def draw_courses(
    chance: Stream,
    unit: Numbers,
    opened: Numbers,
    priority: Numbers,
    organisation: Organisation,
    incidents: Incidents,
) -> Course:
    """Return the course of the tickets opened at `opened` (seconds) at `unit`."""
    rows = len(unit)

    def after(open_minutes: Numbers) -> Numbers:
        return _after(unit, opened, open_minutes, organisation)

    is_slow = incidents.slow_queue.covers(organisation, unit, opened // DAY)
    target = _SOLUTION_TARGETS[priority]
    is_cancelled = chance.random(rows) < _CANCELLED
    is_paused = ~is_cancelled & (chance.random(rows) < _PAUSED)
    is_reopened = ~is_cancelled & ~is_paused & (chance.random(rows) < _REOPENED)
    answer = _draw_answer_minutes(chance, is_slow)
    is_in_time = _draw_solved_in_time(chance, answer)
    solution = _draw_solution_minutes(chance, target, answer, is_in_time)
    halfway = answer + ((solution - answer) * chance.uniform(0.1, 0.4, rows)).astype(np.int64)
    later = halfway + ((solution - halfway) * chance.uniform(0.3, 0.7, rows)).astype(np.int64)
    # A pause does not count against the target: what is late is late without it.
    pause = np.where(is_paused & ~is_in_time, later - halfway, 0)
    resolved = np.where(is_cancelled, NEVER, after(solution + pause))
    return Course(
        answered=after(answer),
        promised=after(target),
        paused=np.where(is_paused, after(halfway), NEVER),
        resumed=np.where(is_paused, after(later), NEVER),
        first_resolved=np.where(is_reopened, after(halfway), NEVER),
        reopened=np.where(is_reopened, after(later), NEVER),
        resolved=resolved,
        closed=np.where(
            is_cancelled,
            after(answer + 30),
            resolved + chance.integers(1440, 2880, rows) * _MINUTE,
        ),
        is_cancelled=is_cancelled,
    )


def _draw_answer_minutes(chance: Stream, is_slow: Truths) -> Numbers:
    rows = len(is_slow)
    in_time = np.where(is_slow, _ANSWERED_IN_TIME_AFTER_LOSS, _ANSWERED_IN_TIME)
    quick = 1 + (chance.beta(1.3, 2.5, rows) * (_ANSWER_TARGET - 1)).astype(np.int64)
    late = _ANSWER_TARGET + chance.integers(10, 221, rows)
    return np.where(chance.random(rows) < in_time, quick, late)


def _draw_solved_in_time(chance: Stream, answer: Numbers) -> Truths:
    is_answered_in_time = answer <= _ANSWER_TARGET
    return chance.random(len(answer)) < np.where(
        is_answered_in_time, _SOLVED_IN_TIME, _SOLVED_IN_TIME_AFTER_LATE_ANSWER
    )


def _draw_solution_minutes(
    chance: Stream, target: Numbers, answer: Numbers, is_in_time: Truths
) -> Numbers:
    """Return the working minutes to the solution, with a pause when in time, else without."""
    rows = len(target)
    quick = target * (0.25 + 0.7 * chance.beta(1.5, 1.5, rows))
    late = target * (1.05 + np.minimum(chance.exponential(0.5, rows), 2.0))
    solution = np.where(is_in_time, quick, late).astype(np.int64)
    return np.maximum(solution, answer + 10)


def _after(
    unit: Numbers, opened: Numbers, open_minutes: Numbers, organisation: Organisation
) -> Numbers:
    """Return the second at which `open_minutes` of the unit's opening hours have passed."""
    calendar_of_units = np.array(organisation.calendar_of_units)
    second = np.empty_like(opened)
    for calendar in dict.fromkeys(organisation.calendar_of_units):
        at = np.isin(unit, np.flatnonzero(calendar_of_units == calendar))
        hours = organisation.opening_hours[calendar]
        second[at] = hours.after(opened[at] // _MINUTE, open_minutes[at]) * _MINUTE
    return second
