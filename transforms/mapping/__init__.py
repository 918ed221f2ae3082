"""A source's columns become canonical typed columns, as `sources/<name>.toml` says.

`column_plan` decides once per file header where each column comes from, `rows` reads the rows by
that plan, `local_times` turns local times into UTC and UTC into local dates. Headers that need no
mapping stand in `headers/`, words in `vocabulary`.
"""
