"""Stage 1, sources: what is landed is found, read and kept, and nothing in it is changed.

A new kind of file is a reader (`readers/`); a new export is `sources/<name>.toml` of the home.
"""
