"""The page of one record: found by its number, told in words, with all that is known of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from dashboards import language
from dashboards.blocks.frame import reader
from dashboards.blocks.plain_text import in_markdown, plain
from dashboards.blocks.records.course import course_of
from dashboards.blocks.records.links import linked_to
from dashboards.blocks.records.opened_record import open_record
from dashboards.blocks.records.sheet import everything_known
from pipelines.workbooks import Sheet, workbook
from tests.dashboards.opened_pages import OpenedPage, open_page
from tests.pipelines.small_home import REFERENCE, SmallHome, new_home, published_home

pytestmark = pytest.mark.slow


_CUSTOMER = "c0ffee" + "0" * 58
_UNITS = (
    "id,parent_id,kind,time_zone\nHQ,,company,\nPD,HQ,outlet,\nNYC,HQ,outlet,America/New_York\n"
)
_HEADER = (
    "ticket_id,kind,channel,org_unit_id,status,opened_at,promised_at,resolved_at,updated_at,"
    "waybill_no,customer_key\n"
)
_TICKETS = _HEADER + (
    f"T2026-1,complaint,phone,PD,resolved,2026-03-02 09:00,2026-03-02 12:00,2026-03-02 15:00,"
    f"2026-03-02 15:00,W2026-1,{_CUSTOMER}\n"
    f"T2026-2,request,web,PD,cancelled,2026-03-03 09:00,,,,,{_CUSTOMER}\n"
    "N2026-1,request,web,NYC,open,2026-03-03T14:00:00Z,2026-03-04T14:00:00Z,,,,\n"
    "BOTH,request,web,PD,open,2026-03-30 09:00,2026-05-04 09:00,,,,\n"
    "HELD-1,complaint,phone,PD,open,9th of March,,,,,\n"
)
_OLDER = _HEADER + (
    f"T2026-1,complaint,phone,PD,open,2026-03-02 09:00,2026-03-02 12:00,,2026-03-02 09:05,"
    f"W2026-1,{_CUSTOMER}\n"
)
_DELIVERIES = (
    "waybill_no,service_level,org_unit_id,courier_id,picked_up_at,promised_at,delivered_at,"
    "status,fee_minor\n"
    "W2026-1,express,PD,C1,2026-03-02 09:00,2026-03-04 18:00,2026-03-03 11:00,delivered,1250\n"
)
_SURVEYS = (
    "response_id,method,org_unit_id,subject,subject_id,sent_at,answered_at,scale_min,scale_max,"
    "overall,comment\n"
    "S2026-1,sms,PD,ticket,T2026-1,2026-03-03 09:00,2026-03-03 10:00,1,5,2,"
    "<b>slow</b> [really](http://x) **very**\n"
)
_ENTRIES = (
    "entry_id,posted_on,org_unit_id,account_code,amount_minor,currency,waybill_no\n"
    "E2026-1,2026-03-05,PD,6001,1250,CNY,W2026-1\n"
)
_DUTIES = (
    "duty_id,kind,org_unit_id,title,due_on,done_on,result\n"
    "BOTH,training,PD,*Fire* drill,2026-03-10,2026-03-12,pass\n"
)


@pytest.fixture
def small(look_at: Callable[..., None], tmp_path: Path) -> SmallHome:
    """The small home that many tests share, looked at."""
    home = published_home(tmp_path)
    look_at(home.root)
    return home


@pytest.fixture(scope="module")
def told_home(tmp_path_factory: pytest.TempPathFactory) -> SmallHome:
    """A home of records that belong together: versions, links, a held row, one number twice."""
    home = new_home(
        tmp_path_factory.mktemp("records"), reference={**REFERENCE, "org_units": _UNITS}
    )
    home.land("tickets/1.csv", _OLDER)
    home.land("tickets/2.csv", _TICKETS)
    home.land(
        "ticket_events/1.jsonl",
        '{"ticket_id": "T2026-1", "at": "2026-03-02 10:00", "status": "paused", "actor": "A7"}\n',
    )
    home.land("deliveries/1.csv", _DELIVERIES)
    home.land("surveys/1.csv", _SURVEYS)
    home.land("ledger/1.csv", _ENTRIES)
    home.land("duties/1.csv", _DUTIES)
    home.night()
    return home


@pytest.fixture
def told(told_home: SmallHome, look_at: Callable[..., None]) -> SmallHome:
    look_at(told_home.root)
    return told_home


@pytest.fixture
def in_chinese() -> Iterator[None]:
    """Let the test, too, write the choices of widgets in Chinese, as the page does."""
    language.use("zh")
    yield
    language.use("en")


def table_with(page: OpenedPage, *columns: str) -> dict[str, list]:
    """Return the first table of the page that has all `columns`."""
    frame = next(table for table in page.tables() if set(columns) <= set(table.columns))
    return frame.to_dict("list")


def fields_of(page: OpenedPage) -> dict[str, str]:
    """Return what stands in the sheet of the record, by the title of its field."""
    table = table_with(page, "title", "text")
    return dict(zip(table["title"], table["text"], strict=True))


def test_without_a_number_the_page_says_what_can_be_typed(small: SmallHome) -> None:
    page = open_page("records")
    assert "Which record do you want to see?" in page.texts()
    assert "Tickets: 3, Deliveries: 3, Surveys: 2, Ledger entries: 2, Duties: 2." in page.texts()
    assert page.tables() == []


@pytest.mark.parametrize(
    ("id", "sentence"),
    [
        (
            "T1",
            "Complaint T1 at PD: not answered in time, resolved in time, the promise was missed.",
        ),
        ("T2", "Request T2 at PD: answered in time, the promise was kept."),
        (
            "T3",
            "Complaint T3 at PX: not answered in time, "
            "not resolved in time, the promise is still running.",
        ),
        ("W1", "Waybill W1 at PD: the promise was kept."),
        ("W2", "Waybill W2 at PX: the promise was missed."),
        ("W3", "Waybill W3 at PX: the promise is still running."),
        ("S2", "Survey response S2 about PX: 2 overall, on a scale from 1 to 5."),
        ("E1", "Ledger entry E1 at PD: CN¥1,234.50 on account 6001."),
        ("D1", "Training D1 at PD: done in time."),
        ("D2", "Audit D2 at PX: not due yet."),
    ],
)
def test_a_record_opens_on_how_it_stands(small: SmallHome, id: str, sentence: str) -> None:
    page = open_page("records", id=id)
    assert sentence in page.texts()
    assert fields_of(page)


def test_what_happened_is_told_beneath_in_local_time(small: SmallHome) -> None:
    said = open_page("records", id="T1").texts()
    assert (
        "Opened 2 Mar 2026 09:00. Promised by 2 Mar 2026 12:00. Resolved 2 Mar 2026 15:00." in said
    )
    assert "Times are those of Asia/Shanghai." in said


def test_open_work_says_that_it_is_not_done(small: SmallHome) -> None:
    ticket, parcel = open_page("records", id="T3"), open_page("records", id="W3")
    assert "Neither resolved nor closed by the end of 31 Mar 2026." in ticket.texts()
    assert "Not delivered by the end of 31 Mar 2026; it is: In transit." in parcel.texts()


def test_the_sheet_has_titles_words_and_money_and_names_what_is_not_filled(
    small: SmallHome,
) -> None:
    page = open_page("records", id="W2")
    fields = fields_of(page)
    assert fields["Fee"] == "CN¥15.00"
    assert fields["Status"] == "Delivered"
    assert fields["Picked up at"] == "2 Mar 2026 09:00"
    assert "Picked up on" not in fields, "the local date of an instant says nothing more"
    assert "Claim" in page.texts().partition("Not filled:")[2]


def test_the_sheet_speaks_chinese(small: SmallHome, in_chinese: None) -> None:
    fields = fields_of(open_page("records", id="T1", lang="zh"))
    assert fields["工单类型"] == "投诉"
    assert fields["工单状态"] == "已解决"


def test_a_record_says_which_row_of_which_file_it_came_from(small: SmallHome) -> None:
    said = open_page("records", id="T2").texts()
    assert "Row 3 of the file tickets/march.csv, read by the source tickets." in said


def test_the_course_has_logged_events_and_the_instants_of_the_record(small: SmallHome) -> None:
    course = table_with(open_page("records", id="T1"), "at", "event")
    assert course["event"] == ["Opened", "Paused", "Resolved"]
    assert [f"{at:%d %H:%M}" for at in course["at"]] == ["02 09:00", "02 10:00", "02 15:00"]


@pytest.mark.parametrize("typed", ["t1", "  T1 "])
def test_a_number_that_is_typed_opens_the_record_whatever_its_case(
    small: SmallHome, typed: str
) -> None:
    app = open_page("records").app
    app.text_input[0].input(typed).run()
    assert "Complaint T1 at PD" in OpenedPage(app).texts()
    assert app.query_params["q"] == typed.strip()


def test_typing_another_number_leaves_the_record_that_was_open(small: SmallHome) -> None:
    app = open_page("records", id="T1").app
    assert app.text_input[0].value == "T1"
    app.text_input[0].input("W1").run()
    assert "Waybill W1 at PD" in OpenedPage(app).texts()
    assert "id" not in app.query_params
    app.text_input[0].input("").run()
    assert "Which record do you want to see?" in OpenedPage(app).texts()
    assert "q" not in app.query_params


@pytest.mark.parametrize(
    "id", ["nothing", "'; drop table records.tickets; --", "\x00", "%", "工单", "x" * 5000]
)
def test_a_number_that_nothing_has_gets_a_calm_sentence(small: SmallHome, id: str) -> None:
    page = open_page("records", id=id)
    assert "No record is called" in page.texts()
    assert "Searched were: Tickets, Deliveries" in page.texts()
    assert page.tables() == []


def test_what_a_link_holds_is_no_markup(small: SmallHome) -> None:
    said = open_page("records", id="[a](http://x) <b>$y$</b>").texts()
    assert r"\[a\]\(http\://x\) \<b\>\$y\$\</b\>" in said


def test_text_of_others_stays_text() -> None:
    assert plain("a\n *b* :red[c]") == r"a \*b\* \:red\[c\]"
    assert plain("x" * 90) == "x" * 80 + "…"
    assert in_markdown("opened_at: run `sqm x_y`") == r"opened\_at\: run `sqm x_y`"


@pytest.mark.parametrize("text", ["t202", _CUSTOMER[:6], _CUSTOMER.upper()])
def test_the_beginning_of_a_number_or_of_a_customer_lists_records(
    told: SmallHome, text: str
) -> None:
    page = open_page("records", q=text)
    assert table_with(page, "ticket_id")["ticket_id"] == ["T2026-2", "T2026-1"]


@pytest.mark.parametrize("text", ["t20", _CUSTOMER[:5], "6-1"])
def test_too_short_a_beginning_lists_nothing(told: SmallHome, text: str) -> None:
    assert open_page("records", q=text).tables() == []


def test_a_ticket_leads_to_its_waybill_its_surveys_the_books_and_its_customer(
    told: SmallHome,
) -> None:
    page = open_page("records", id="T2026-1")
    assert table_with(page, "waybill_no", "service_level")["waybill_no"] == ["W2026-1"]
    assert table_with(page, "response_id")["response_id"] == ["S2026-1"]
    assert table_with(page, "entry_id")["entry_id"] == ["E2026-1"]
    assert table_with(page, "ticket_id")["ticket_id"] == ["T2026-2"]


@pytest.mark.parametrize(
    ("id", "tickets"),
    [("W2026-1", ["T2026-1"]), ("S2026-1", ["T2026-1"]), ("E2026-1", ["T2026-1"])],
)
def test_what_is_about_a_ticket_leads_back_to_it(
    told: SmallHome, id: str, tickets: list[str]
) -> None:
    assert table_with(open_page("records", id=id), "ticket_id")["ticket_id"] == tickets


def test_a_customer_is_shown_by_the_first_characters_of_the_pseudonym(told: SmallHome) -> None:
    page = open_page("records", id="T2026-1")
    assert fields_of(page)["Customer key"] == "c0ffee00…"
    assert _CUSTOMER not in page.texts() + "".join(map(str, page.tables()))


def test_older_versions_are_listed_with_what_the_newer_one_changed(told: SmallHome) -> None:
    page = open_page("records", id="T2026-1")
    assert "1 older version has been superseded." in page.texts()
    versions = table_with(page, "standing")
    assert versions["standing"] == ["counts", "superseded"]
    assert versions["file"] == ["tickets/2.csv", "tickets/1.csv"]
    changes = table_with(page, "before")
    told_changes = dict(
        zip(changes["title"], zip(changes["before"], changes["after"], strict=True), strict=True)
    )
    assert told_changes["Status"] == ("Open", "Resolved")
    assert told_changes["Resolved at"] == ("–", "2 Mar 2026 15:00")
    assert "Channel" not in told_changes


def test_a_row_that_is_held_says_the_rule_and_what_landed(told: SmallHome) -> None:
    page = open_page("records", id="held-1")
    assert "held-1 is not among the records: it is held in quarantine." in page.texts()
    assert r"Row 6 of the file tickets/2.csv: opened\_at must be readable" in page.texts()
    landed = table_with(page, "landed_column", "landed_value")
    values = dict(zip(landed["landed_column"], landed["landed_value"], strict=True))
    assert values["opened_at"] == "9th of March"


def test_a_comment_is_shown_letter_by_letter(told: SmallHome) -> None:
    page = open_page("records", id="S2026-1")
    comment = "<b>slow</b> [really](http://x) **very**"
    assert [text.value for text in page.app.text] == [comment]
    assert comment not in page.texts()


def test_times_are_those_of_the_unit(told: SmallHome) -> None:
    page = open_page("records", id="N2026-1")
    assert "Opened 3 Mar 2026 09:00." in page.texts()
    assert "Times are those of America/New\\_York." in page.texts()
    assert [f"{at:%H:%M}" for at in table_with(page, "at", "event")["at"]] == ["09:00"]


def test_a_cancelled_ticket_keeps_and_misses_no_promise(told: SmallHome) -> None:
    said = open_page("records", id="T2026-2").texts()
    assert "Request T2026-2 at PD was cancelled and counts in no figure." in said


def test_one_number_of_two_kinds_lets_the_reader_choose(told: SmallHome) -> None:
    page = open_page("records", id="BOTH")
    assert "2 records are called BOTH." in page.texts()
    assert {"Duties BOTH", "Tickets BOTH"} < {link.label for link in page.links()}
    duty = open_page("records", id="BOTH", kind="duties")
    assert "Training BOTH at PD: done, but late." in duty.texts()
    assert r"To be done: \*Fire\* drill." in duty.texts()


def test_everything_known_of_a_record_is_in_one_workbook(told: SmallHome) -> None:
    snapshot = reader()
    record = open_record(snapshot, "tickets", "T2026-1")
    known = everything_known(
        snapshot, record, course_of(snapshot, record), linked_to(snapshot, record)
    )
    titles = [title for title, *_ in known]
    assert titles[:3] == ["Record", "Its clocks", "What happened"]
    assert titles[-2:] == ["Where it comes from", "Changes"]
    assert {"The delivery", "What customers said", "What the books say"} < set(titles)
    file = workbook([Sheet(title, rows, names) for title, rows, names, _kinds in known], [], "T")
    texts = ZipFile(BytesIO(file)).read("xl/sharedStrings.xml").decode()
    assert "Mar 2026" in texts
    assert _CUSTOMER not in texts
