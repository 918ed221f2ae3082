"""What every stage's assets share: their keys, and how they get the night they belong to."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from dagster import AssetExecutionContext, AssetKey, MaterializeResult

from pipelines.night import Night

STAGES = ("sources", "records", "measures", "marts", "release")
NIGHT = {"night"}


def key_of(stage: str, name: str) -> AssetKey:
    """Return the key of an asset: its stage is its folder."""
    return AssetKey([stage, name])


def on_night(
    stage: str, name: str
) -> Callable[[Callable[[Night], MaterializeResult]], Callable[..., MaterializeResult]]:
    """Let a function of the night be the body of asset `name`, its time counted for `stage`."""

    def decorate(body: Callable[[Night], MaterializeResult]) -> Callable[..., MaterializeResult]:
        @wraps(body)
        def run(context: AssetExecutionContext) -> MaterializeResult:
            night: Night = context.resources.night
            night.on_step(stage, name)
            with night.timed(stage):
                try:
                    return body(night)
                except Exception as error:
                    night.error = error  # Dagster keeps its text only; `sqm` tells it in full
                    raise

        # Dagster reads the signature: it must see the context, not the night.
        run.__annotations__ = {"context": AssetExecutionContext, "return": MaterializeResult}
        del run.__wrapped__
        return run

    return decorate
