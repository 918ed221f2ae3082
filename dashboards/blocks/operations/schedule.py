"""When figures come: the next night, how old those are that are served, and the snapshots kept.

`now_in` is the one place where the dashboards read the clock; all else is given the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import streamlit as st

from dashboards import language as lang
from dashboards.language import _, n_, number
from pipelines.release.snapshots import Published
from pipelines.settings import Home

_A_DAY = timedelta(days=1)


def now_in(zone: str) -> datetime:
    """Return the time on the clocks of `zone`."""
    return datetime.now(ZoneInfo(zone))


def next_start(now: datetime, nightly_at: time) -> datetime:
    """Return the instant, in UTC, at which the schedule starts a night after `now`."""
    today = datetime.combine(now.date(), nightly_at, now.tzinfo)
    tomorrow = datetime.combine(now.date() + _A_DAY, nightly_at, now.tzinfo)
    return (today if today > now else tomorrow).astimezone(UTC)


def newest_to_be_had(now: datetime, nightly_at: time) -> date:
    """Return the last day whose figures a night that was due by `now` would have."""
    is_due = now.time() >= nightly_at
    return now.date() - (_A_DAY if is_due else 2 * _A_DAY)


def when_next(now: datetime, home: Home) -> str:
    """Return when the next night starts, as a sentence."""
    zone = home.settings.time_zone
    return _("The next night starts {moment} ({zone}).").format(
        moment=lang.moment(next_start(now, home.settings.nightly_at), zone), zone=zone
    )


def what_is_served(
    now: datetime, home: Home, served: str | None, snapshots: Sequence[Published]
) -> str:
    """Return what is to be known of the snapshot `served`: its age if late, its standing if odd.

    `snapshots` come newest first, as `snapshots_of` returns them.
    """
    if served is None:
        return _("No snapshot has been published yet, so no other page has figures.")
    as_of = next((one.manifest.as_of for one in snapshots if one.id == served), None)
    if as_of is None:
        return _(
            "Snapshot {id}, which is to be served, is missing or torn: `sqm rollback ID` serves "
            "another one."
        ).format(id=f"`{served}`")
    sentences = []
    if as_of < newest_to_be_had(now, home.settings.nightly_at):
        days = (now.date() - as_of).days
        sentences.append(
            n_(
                "The figures are {n} day old: they end on {day}.",
                "The figures are {n} days old: they end on {day}.",
                days,
            ).format(n=number(days), day=lang.day(as_of))
        )
    if served != snapshots[0].id:
        sentences.append(
            _("Snapshot {served} is served, although {newest} is newer: someone went back.").format(
                served=f"`{served}`", newest=f"`{snapshots[0].id}`"
            )
        )
    return " ".join(sentences)


_BYTES_PER_MB = 1_000_000


def snapshots_table(home: Home, served: str | None, snapshots: Sequence[Published]) -> None:
    """Show the snapshots that are kept, newest first, with the command that serves each again."""
    zone = ZoneInfo(home.settings.time_zone)
    rows = pl.DataFrame(
        [
            {
                "id": id,
                "is_served": id == served,
                "as_of": manifest.as_of,
                "made_at": manifest.made_at.astimezone(zone).replace(tzinfo=None),
                "megabytes": manifest.file_bytes / _BYTES_PER_MB,
                "command": f"sqm rollback {id}" if id != served else None,
            }
            for id, manifest in snapshots
        ]
    )
    st.dataframe(
        rows,
        column_config={
            "id": _("Snapshot"),
            "is_served": st.column_config.CheckboxColumn(_("Served now")),
            "as_of": st.column_config.DateColumn(_("Data to the end of"), format="YYYY-MM-DD"),
            "made_at": st.column_config.DatetimeColumn(
                _("Made"), format="YYYY-MM-DD HH:mm:ss", help=home.settings.time_zone
            ),
            "megabytes": st.column_config.NumberColumn(_("Size, MB"), format="%.1f"),
            "command": _("To serve it again"),
        },
        hide_index=True,
        width="stretch",
        height="content",
        key="table_snapshots",
        alt=_("Snapshots that are kept"),
        placeholder=lang.NOTHING,
    )
