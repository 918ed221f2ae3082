"""Points beyond their limits -> signals: one per stretch, and one leading signal per cause.

A depot under water is late, loses parcels and draws complaints, and its region with it: that is
one cause, and a reader wants to be told once.
"""

from __future__ import annotations

from datetime import date

import polars as pl

# Points in between that break no rule do not end a signal: chance alone brings some back.
_MOST_QUIET_POINTS = 2
# Signals of one cause need not begin on the same day: late parcels are complained about later.
_APART_DAYS = 14
SIGNAL_KEYS = ("metric", "org_unit_id", "grain", "chart")


def find_signals(points: pl.DataFrame) -> pl.DataFrame:
    """Return the signals of watched series, one per stretch of points that break rules alike.

    `points` has `series`, `phase`, `number`, the columns of SIGNAL_KEYS, `period`, `ends_on` (the
    last day of the period), `value`, `numerator`, `denominator`, `centre`, `lower`, `upper`,
    `rule`, `side` and `verdict`; of one series in order. A stretch is on one side, within one
    phase, and goes on over at most two points that break no rule. On a g chart a single point
    above the limit is no signal: a steady process has one in 55 (Benneyan, 2001).

    Columns: SIGNAL_KEYS, `series`, `phase`, `side`, `verdict`, `first_period`, `last_period`,
    `last_on` (last day of the last period), `known_on` (the day the first of its points was
    complete), `points` (that break a rule), `is_open` (none after its last point), and of its last
    point `rule`, `value`, `numerator`, `denominator`, `centre`, `lower`, `upper`.
    """
    newest = points.group_by("series").agg(pl.col("phase", "number").last().name.prefix("newest_"))
    broken = points.filter(pl.col("rule").is_not_null()).sort("series", "phase", "number")
    same = pl.all_horizontal(
        pl.col(name) == pl.col(name).shift() for name in ("series", "phase", "side")
    )
    near = pl.col("number") - pl.col("number").shift() <= _MOST_QUIET_POINTS + 1
    goes_on = (same & near).fill_null(False)
    return (
        broken.with_columns((~goes_on).cum_sum().alias("stretch"))
        .group_by("stretch", maintain_order=True)
        .agg(
            pl.col(*SIGNAL_KEYS, "series", "phase", "side", "verdict").first(),
            pl.col("period").first().alias("first_period"),
            pl.col("period").last().alias("last_period"),
            pl.col("ends_on").last().alias("last_on"),
            pl.col("ends_on").first().alias("known_on"),
            pl.len().alias("points"),
            pl.col("number").last(),
            pl.col("rule", "value", "numerator", "denominator").last(),
            pl.col("centre", "lower", "upper").last(),
        )
        .join(newest, on="series", maintain_order="left")
        .with_columns(
            (
                (pl.col("phase") == pl.col("newest_phase"))
                & (pl.col("number") == pl.col("newest_number"))
            ).alias("is_open")
        )
        .drop("stretch", "number", "newest_phase", "newest_number")
        .filter(~_is_chance())
    )


def _is_chance() -> pl.Expr:
    is_alone = (pl.col("rule") == "beyond_limit") & (pl.col("points") == 1)
    return (pl.col("chart") == "g") & (pl.col("side") == "high") & is_alone


def lead_signals(signals: pl.DataFrame, tree: pl.DataFrame, metrics: pl.DataFrame) -> pl.DataFrame:
    """Return `signals` with `signal_id`, `cause_id` (the id of the leading one) and `is_leading`.

    Under a unit's signal hang those of the same metric and side at units below it that begin within
    two weeks of it. Those that are left, at one unit, of the same subject and verdict, that begin
    within two weeks of the first are one cause: the one of most weight leads, an open one before
    any that is over. What is still open hangs under nothing that is over. `tree`: `org_unit_id`,
    `ancestor_id`, `depth`. `metrics`: `metric`, `subject` (what they count) and `weight`.
    """
    named = signals.join(metrics, on="metric", maintain_order="left").with_row_index("signal_id")
    above = _higher(named, tree)
    tops = named.join(above, on="signal_id", how="anti", maintain_order="left")
    heads = _heads(pl.concat([above, _beside(tops)]))
    return (
        named.join(heads, on="signal_id", how="left", maintain_order="left")
        .with_columns(pl.col("leader").fill_null(pl.col("signal_id")).alias("cause_id"))
        .with_columns((pl.col("cause_id") == pl.col("signal_id")).alias("is_leading"))
        .drop("leader", "subject", "weight")
    )


def _higher(signals: pl.DataFrame, tree: pl.DataFrame) -> pl.DataFrame:
    """Return `signal_id` and `leader`: the signal of the highest unit above that says the same."""
    above = signals.join(tree.filter(pl.col("depth") > 0), on="org_unit_id").join(
        signals.select(
            pl.col("org_unit_id").alias("ancestor_id"),
            "metric",
            "side",
            pl.col("signal_id", "first_period", "is_open").name.suffix("_other"),
        ),
        on=["ancestor_id", "metric", "side"],
    )
    return (
        above.filter(_may_hang_under_other())
        .sort("signal_id", "depth", "signal_id_other", descending=[False, True, False])
        .group_by("signal_id", maintain_order=True)
        .agg(pl.col("signal_id_other").first().alias("leader"))
    )


def _beside(tops: pl.DataFrame) -> pl.DataFrame:
    """Return `signal_id` and `leader`, one of its unit, subject and verdict, where it has one."""
    about = ["org_unit_id", "subject", "verdict"]
    ordered = tops.sort(*about, "first_period", "signal_id")
    # A window begins with a signal, not with a date: one pass over signals, of which there are few.
    causes, begun, before = [], date.min, None
    for *key, first in ordered.select(*about, "first_period").iter_rows():
        is_new = key != before or (first - begun).days > _APART_DAYS
        if is_new:
            begun, before = first, key
        causes.append(is_new)
    leading = pl.struct(~pl.col("is_open"), -pl.col("weight"), "known_on", "signal_id")
    led = ordered.with_columns(pl.Series("window", causes, pl.Boolean).cum_sum()).select(
        "signal_id", pl.col("signal_id").sort_by(leading).first().over("window").alias("leader")
    )
    return led.filter(pl.col("leader") != pl.col("signal_id"))


def _heads(led: pl.DataFrame) -> pl.DataFrame:
    """Return `led` with every `leader` replaced by the one that it hangs under itself, if any.

    Each round doubles the steps that are taken; a leader is higher up, or leads its window, so
    there is no circle.
    """
    while True:
        upward = led.select(pl.col("signal_id").alias("leader"), pl.col("leader").alias("head"))
        lifted = led.join(upward, on="leader", how="left", maintain_order="left")
        if lifted["head"].is_null().all():
            return led
        led = lifted.select("signal_id", pl.coalesce("head", "leader").alias("leader"))


def _may_hang_under_other() -> pl.Expr:
    apart = (pl.col("first_period") - pl.col("first_period_other")).dt.total_days().abs()
    return (apart <= _APART_DAYS) & (pl.col("is_open_other") | ~pl.col("is_open"))
