"""SHOWS. Streamlit and Altair on the published snapshot; computes no metric.

`app.py`              navigation only
`views/`              one file per question, read like a script. To add one: docs/add-a-page.md
`blocks/`             what pages are made of: opening sentence, tiles, trend, bars, lists, tables
`charts/`             one pure function per chart grammar
`snapshot_reader.py`  the one place that queries the snapshot; its row lists lie in `sql/`
`scope.py`            what is looked at: org unit, period, channel, service level; lives in the URL
`filters.py`          the widgets that set the scope
`language.py`         English and Chinese: messages (`locale/`), numbers, dates
"""
