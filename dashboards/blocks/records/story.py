"""What became of one record, in words: the sentence that its page opens with.

To add a kind: its sentence in `_headline` and what happened to it in `_steps`.
"""

from __future__ import annotations

from dashboards import language as lang
from dashboards.blocks.frame import Tone, opening
from dashboards.blocks.plain_text import plain
from dashboards.blocks.records.opened_record import OpenedRecord
from dashboards.blocks.records.waybill import waybill_sentences
from dashboards.language import _, listed, n_, told
from dashboards.menu import find_view
from dashboards.snapshot_reader import Reader
from dashboards.vocabulary import word
from pipelines.questions.clock_proofs import Clock

_TONES: dict[str, Tone] = {"missed": "bad", "overdue": "bad", "late": "warn"}


def open_with_story(reader: Reader, record: OpenedRecord) -> None:
    """Open the page with how the record stands, and beneath it with what happened when."""
    beneath = [sentence for sentence in _steps(reader, record) if sentence]
    beneath.append(":gray[" + _("Times are those of {zone}.").format(zone=plain(record.zone)) + "]")
    tone = _TONES.get(record.state or "", "calm")
    opening(told(find_view("records").title), _headline(record), tone, " ".join(beneath))


def called(record: OpenedRecord) -> str:
    """Return what a record is called in a sentence, e.g. "Complaint GD26070000123"."""
    match record.kind:
        case "tickets" | "duties":
            what = word(record.row["kind"])
        case "deliveries":
            what = _("Waybill")
        case "surveys":
            what = _("Survey response")
        case _:
            what = _("Ledger entry")
    return _("{what} {id}").format(what=plain(what), id=plain(record.id))


def _headline(record: OpenedRecord) -> str:
    texts = {"record": called(record), "unit": plain(record.unit)}
    if record.kind == "surveys":
        if record.row["answered_at"] is None:
            return _("{record} about {unit}: it has not been answered.").format(**texts)
        if record.row["overall"] is None:
            return _("{record} about {unit}: no overall score was given.").format(**texts)
        return _("{record} about {unit}: {score} overall, on a scale from {low} to {high}.").format(
            score=record.text("overall"),
            low=record.text("scale_min"),
            high=record.text("scale_max"),
            **texts,
        )
    if record.kind == "finance_entries":
        return _("{record} at {unit}: {amount} on account {account}.").format(
            amount=plain(record.text("amount_minor")),
            account=plain(record.text("account_code")),
            **texts,
        )
    if record.row.get("status") == "cancelled":
        return _("{record} at {unit} was cancelled and counts in no figure.").format(**texts)
    if record.proofs:
        verdicts = [verdict for proof in record.proofs if (verdict := _verdict(proof.clock))]
        if verdicts:
            return _("{record} at {unit}: {verdicts}.").format(verdicts=listed(verdicts), **texts)
    if record.kind == "deliveries" and record.row["promised_at"] is None:
        return _by_service_level(record.state).format(**texts)
    return _standing(record.state).format(**texts)


def _by_service_level(state: str | None) -> str:
    match state:
        case "met":
            return _("{record} at {unit}: delivered in time.")
        case "missed":
            return _("{record} at {unit}: not delivered in time.")
        case "running":
            return _("{record} at {unit}: not due yet.")
    return _("{record} at {unit}: nothing was promised.")


def _verdict(clock: Clock) -> str:
    """Return how one clock stands; empty for a clock that cannot be judged."""
    match clock.clock, clock.state:
        case "first_response", "met":
            return _("answered in time")
        case "first_response", "missed":
            return _("not answered in time")
        case "first_response", "running":
            return _("still to be answered")
        case "resolution", "met":
            return _("resolved in time")
        case "resolution", "missed":
            return _("not resolved in time")
        case "resolution", "running":
            return _("still to be resolved")
        case "promise", "met":
            return _("the promise was kept")
        case "promise", "missed":
            return _("the promise was missed")
        case "promise", "running":
            return _("the promise is still running")
    return ""


def _standing(state: str | None) -> str:
    match state:
        case "met":
            return _("{record} at {unit}: the promise was kept.")
        case "missed":
            return _("{record} at {unit}: the promise was missed.")
        case "running":
            return _("{record} at {unit}: the promise is still running.")
        case "on_time":
            return _("{record} at {unit}: done in time.")
        case "late":
            return _("{record} at {unit}: done, but late.")
        case "overdue":
            return _("{record} at {unit}: overdue.")
        case "open":
            return _("{record} at {unit}: not due yet.")
    return _("{record} at {unit}: nothing was promised.")


def _steps(reader: Reader, record: OpenedRecord) -> list[str]:
    """Return what happened, one sentence each, in the order of time; empty for what did not."""
    day = lang.day(reader.manifest.as_of)
    match record.kind:
        case "tickets":
            reopened = record.row["reopened_count"] or 0
            return [
                _step(record, "opened_at", _("Opened {when}.")),
                _step(record, "promised_at", _("Promised by {when}.")),
                _step(record, "first_response_at", _("First answered {when}.")),
                _step(record, "resolved_at", _("Resolved {when}.")),
                _step(record, "closed_at", _("Closed {when}.")),
                n_("Re-opened {n} time.", "Re-opened {n} times.", reopened).format(n=reopened)
                if reopened
                else "",
                _("Neither resolved nor closed by the end of {day}.").format(day=day)
                if record.row["status"] in ("open", "pending_customer")
                else "",
            ]
        case "deliveries":
            exception = record.row["exception"]
            return [
                *waybill_sentences(reader, record.id, record.zone),
                _step(record, "picked_up_at", _("Picked up {when}.")),
                _step(record, "promised_at", _("Promised by {when}.")),
                _step(record, "delivered_at", _("Delivered {when}.")),
                _("Not delivered by the end of {day}; it is: {status}.").format(
                    day=day, status=record.text("status")
                )
                if record.row["delivered_at"] is None and record.row["status"] != "cancelled"
                else "",
                _("What went wrong: {exception}.").format(exception=word(exception))
                if exception != "none"
                else "",
            ]
        case "surveys":
            return [
                _step(record, "sent_at", _("Sent {when}.")),
                _step(record, "answered_at", _("Answered {when}.")),
            ]
        case "duties":
            return [
                _("To be done: {title}.").format(title=plain(record.row["title"])),
                _step(record, "due_on", _("Due {when}.")),
                _step(record, "done_on", _("Done {when}.")),
                _step(record, "result", _("Result: {when}.")),
            ]
    return [_step(record, "posted_on", _("Posted {when}."))]


def _step(record: OpenedRecord, column: str, sentence: str) -> str:
    if record.row[column] is None:
        return ""
    return sentence.format(when=record.text(column))
