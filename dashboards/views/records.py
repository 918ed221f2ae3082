"""Records: show me the rows. One record with all that is known of it, found by its number."""

import streamlit as st

from dashboards.blocks.frame import reader
from dashboards.blocks.records.course import course_of, show_clocks, show_course
from dashboards.blocks.records.links import linked_to, show_linked
from dashboards.blocks.records.opened_record import open_record
from dashboards.blocks.records.origin import show_origin
from dashboards.blocks.records.search import (
    choose_record,
    list_found,
    named,
    open_search,
    search_box,
)
from dashboards.blocks.records.sheet import download_sheet, show_fields, show_writing
from dashboards.blocks.records.story import open_with_story

snapshot = reader()
text = search_box()
records = named(snapshot, text) if text else []

if not text:
    open_search(snapshot)
elif not records:
    list_found(snapshot, text)
elif len(records) > 1:
    choose_record(records)
else:
    record = open_record(snapshot, records[0].kind, records[0].id)
    events = course_of(snapshot, record)
    linked = linked_to(snapshot, record)
    open_with_story(snapshot, record)
    download_sheet(snapshot, record, events, linked)
    course, fields = st.columns([3, 2], gap="large")
    with course:
        if record.proofs:
            show_clocks(snapshot, record)
        if events.height:
            show_course(record, events)
        show_writing(record)
        show_origin(snapshot, record)
    with fields:
        show_fields(record)
    show_linked(snapshot, linked)
