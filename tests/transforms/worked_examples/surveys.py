"""Metrics of surveys, worked out by hand: see `test_catalogue.py`."""

from __future__ import annotations

from tests.transforms.worked_examples.example import REPLIED, SENT, Example, example

EXAMPLES: dict[str, Example] = {
    "surveys_answered": example({REPLIED: 2}, surveys=[{}, {}, {"answered_at": None}]),
    "survey_response_share": example({SENT: 3 / 4}, surveys=[{}, {}, {}, {"answered_at": None}]),
    "satisfied_share": example(
        {REPLIED: 0.75},  # weights (2 + 1) / (2 + 1 + 1)
        surveys=[
            {"overall": 5.0, "weight": 2.0},
            {"overall": 4.0},
            {"overall": 3.9},
            {"attitude": 1.0},
            {"overall": 1.0, "evaluator": "internal"},
        ],
    ),
    "satisfied_share_internal": example(
        {REPLIED: 1 / 2},
        surveys=[
            {"overall": 4.0, "evaluator": "internal"},
            {"overall": 1.0, "evaluator": "internal"},
            {"overall": 1.0},
        ],
    ),
    "satisfied_share_third_party": example(
        {REPLIED: 2 / 3},
        surveys=[
            {"overall": score, "evaluator": "third_party", "scale_min": 0.0, "scale_max": 10.0}
            for score in (10.0, 7.5, 7.4)
        ],
    ),
    "attitude_satisfied_share": example(
        {REPLIED: 1 / 2}, surveys=[{"attitude": 4.0}, {"attitude": 3.0, "overall": 5.0}]
    ),
    "efficiency_satisfied_share": example(
        {REPLIED: 2 / 3}, surveys=[{"efficiency": score} for score in (5.0, 4.0, 1.0, None)]
    ),
    "effect_satisfied_share": example(
        {REPLIED: 3 / 4}, surveys=[{"effect": score} for score in (4.0, 4.0, 4.0, 2.0)]
    ),
    "satisfaction_mean": example(
        {REPLIED: 80},  # (100 + 50 + 90) / 3
        surveys=[
            {"overall": 5.0},
            {"overall": 3.0},
            {"overall": 9.0, "scale_min": 0.0, "scale_max": 10.0},
            {"overall": 1.0, "evaluator": "third_party"},
        ],
    ),
    "attitude_mean": example(
        {REPLIED: 62.5},  # (3 x 75 + 1 x 25) / (3 + 1)
        surveys=[{"attitude": 4.0, "weight": 3.0}, {"attitude": 2.0}],
    ),
    "efficiency_mean": example(
        {REPLIED: 56.25},  # (0 + 100 + 100 + 25) / 4
        surveys=[{"efficiency": score} for score in (1.0, 5.0, 5.0, 2.0)],
    ),
    "effect_mean": example({REPLIED: 50}, surveys=[{"effect": 3.0}, {"overall": 5.0}]),
    "net_promoter_score": example(
        {REPLIED: 25},  # 100 x (2 promoters - 1 detractor) / 4
        surveys=[
            *({"recommend": answer} for answer in (10.0, 9.0, 7.0, 6.0, None)),
            {"recommend": 0.0, "evaluator": "internal"},
        ],
    ),
}
