"""The demo organisation at work: landed files as real exports have them, with planted incidents.

Each noun is drawn in a module of its own (deliveries, tickets, surveys, finance, duties) and
written by `*_files.py` in the untidy format that its source system would use. What is planted is
listed in `incidents.py` and `file_incidents.py`, and told in `landing/planted.json`; everything
else is steady: volumes follow the weekday and the month, shares do not change.

To add a source: a module that draws it, a writer, its lines in `landing.py`, sources/<name>.toml.
"""

from __future__ import annotations

from pipelines.simulation.landing import simulate
from pipelines.simulation.planted import Planted

__all__ = ["Planted", "simulate"]
