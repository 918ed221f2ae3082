"""Few answers: the slices to hide, so that nobody can tell what a handful of people said.

A slice with at least one answer and fewer than the minimum is hidden. Where it could still be told
by subtraction, the smallest slices beside it are hidden too: the primary and complementary
suppression of Cox (Suppression Methodology and Statistical Disclosure Control, JASA 75, 1980).

A line is what adds up to one total: the slices that differ in one column, the periods of an answer,
the units right below one unit together with what that unit counts itself. A line with anything
hidden is safe when what is hidden in it holds the minimum of answers, and is more than one slice
where its total is shown. In the tree of units that is enough for all lines together. In a table of
several columns it protects each line, not every combination of lines.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

UNIT = "org_unit_id"
# What is counted of a unit: itself alone, or with all the units below it.
IS_OWN = "is_own"
_ABOVE, _LEVEL = "_above", "_level"


def is_few(answers: pl.Expr, minimum: int) -> pl.Expr:
    """Return the claim that there are answers, but fewer than `minimum`."""
    return (answers > 0) & (answers < minimum)


def hidden_slices(
    counted: pl.DataFrame,
    minimum: int,
    tree: pl.DataFrame | None = None,
    *,
    apart: Sequence[str] = (),
) -> pl.DataFrame:
    """Return the rows of `counted` that must be hidden.

    `counted` has the columns of a split and `answers`, the number of them in that slice alone.
    Columns `apart` tell splits that have nothing to do with each other: no line goes over them.
    `tree` has org_unit_id, ancestor_id and depth, as `reference.org_unit_tree`: then `counted` has
    org_unit_id too, and what comes back has `is_own`, as every unit is judged twice, by itself
    and with all the units below it; `answers` are then those of what was judged.
    """
    splits = [column for column in counted.columns if column != "answers"]
    marks = splits if tree is None else [*splits, IS_OWN]
    cells = counted.filter(pl.col("answers") > 0)
    if not cells.select(is_few(pl.col("answers"), minimum).any()).item():
        # A sum of slices that hold enough holds enough itself.
        return cells.clear().with_columns(pl.lit(False).alias(IS_OWN)).select(*marks, "answers")
    if tree is not None:
        cells = _with_units_above(cells, splits, tree)
    cells = cells.with_columns(is_few(pl.col("answers"), minimum).alias("is_hidden"))
    columns = [column for column in splits if tree is None or column != UNIT]
    added_up = [column for column in columns if column not in apart]
    before = cells.clear()
    while cells.filter("is_hidden").height > before.filter("is_hidden").height:
        before = cells
        if tree is not None:
            cells = _hide_in_tree(cells, columns, minimum)
        for column in added_up:
            line = [mark for mark in marks if mark != column]
            cells = _hide_in_lines(cells, line, marks, minimum)
    return cells.filter("is_hidden").select(*marks, "answers")


def _with_units_above(cells: pl.DataFrame, splits: list[str], tree: pl.DataFrame) -> pl.DataFrame:
    """Return every unit twice, by itself and with all below it, and what it is added up into.

    A unit that the tree does not know stands beside its roots.
    """
    below = (
        cells.join(tree.select(UNIT, "ancestor_id"), on=UNIT, how="left")
        .with_columns(pl.coalesce("ancestor_id", UNIT).alias(UNIT))
        .group_by(splits)
        .agg(pl.col("answers").sum())
    )
    parents = tree.filter(pl.col("depth") == 1).select(UNIT, pl.col("ancestor_id").alias(_ABOVE))
    levels = tree.group_by(UNIT).agg(pl.col("depth").max().alias(_LEVEL))
    together = below.join(parents, on=UNIT, how="left").with_columns(pl.lit(False).alias(IS_OWN))
    alone = cells.select(*splits, "answers", pl.col(UNIT).alias(_ABOVE), pl.lit(True).alias(IS_OWN))
    level = pl.col(_LEVEL).fill_null(0).cast(pl.Int64) + pl.col(IS_OWN).cast(pl.Int64)
    return (
        pl.concat([together.select(alone.columns), alone])
        .join(levels, on=UNIT, how="left")
        .with_columns(level.alias(_LEVEL))
    )


def _hide_in_tree(cells: pl.DataFrame, columns: list[str], minimum: int) -> pl.DataFrame:
    """Hide what the lines of the tree need, from the top down: a line depends on its total."""
    line = [_ABOVE, *columns]
    marks = [UNIT, IS_OWN, *columns]
    for level in cells[_LEVEL].unique().sort():
        at_level = pl.col(_LEVEL) == level
        totals = cells.filter(pl.col(_LEVEL) == level - 1, ~pl.col(IS_OWN)).select(
            pl.col(UNIT).alias(_ABOVE), *columns, pl.col("is_hidden").alias("is_total_hidden")
        )
        own = cells.filter(at_level).join(totals, on=line, how="left", nulls_equal=True)
        judged = _hide_in_lines(
            own.with_columns(pl.col("is_total_hidden").fill_null(False)), line, marks, minimum
        )
        cells = pl.concat([cells.filter(~at_level), judged.drop("is_total_hidden")])
    # The only one below a unit tells that unit's figure, so they are hidden together.
    is_alone = pl.col(_ABOVE).is_not_null() & (pl.len().over(line) == 1)
    told = cells.filter(pl.col("is_hidden"), is_alone).select(
        pl.col(_ABOVE).alias(UNIT),
        *columns,
        pl.lit(False).alias(IS_OWN),
        pl.lit(True).alias("is_told"),
    )
    return (
        cells.join(told, on=marks, how="left", nulls_equal=True)
        .with_columns(pl.col("is_hidden") | pl.col("is_told").fill_null(False))
        .drop("is_told")
    )


def _hide_in_lines(
    cells: pl.DataFrame, line: list[str], marks: list[str], minimum: int
) -> pl.DataFrame:
    """Hide the smallest slices of each line until what is hidden there cannot be told.

    `is_total_hidden`, where there is such a column, says that the total of the line is hidden by
    something else than its size.
    """
    answers, is_hidden = pl.col("answers"), pl.col("is_hidden")
    total_hidden = (
        pl.col("is_total_hidden") if "is_total_hidden" in cells.columns else pl.lit(False)
    )

    def along(expression: pl.Expr) -> pl.Expr:
        return expression.over(line) if line else expression

    total = along(answers.sum())
    before = along(answers.cum_sum()) - answers
    place = along(pl.int_range(pl.len()))
    is_total_shown = ~total_hidden & (total >= minimum)
    is_needed = (before < minimum) | (is_total_shown & (place < 2))
    return cells.sort(~is_hidden, answers, *marks).with_columns(
        is_hidden | ((along(is_hidden.any()) | total_hidden) & is_needed)
    )
