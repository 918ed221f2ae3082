"""Stage 4, marts: what pages, workbooks and SQL clients read, made anew each night.

To add one: its asset in a module here, its SQL, when it is longer than a few lines, in `sql/`, its
name in `stages` (pipelines/definitions.py) and in `_MARTS` (pipelines/release/assets.py).
"""
