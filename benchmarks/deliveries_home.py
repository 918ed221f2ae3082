"""A home with one big landed file of deliveries, and the reference program that reads it too."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb

from pipelines.settings import Home, open_home

AS_OF = date(2026, 10, 31)  # the last day that generate_deliveries.sql fills
_HERE = Path(__file__).parent


def arguments(description: str | None, *, rows: int) -> argparse.Namespace:
    """Read the command line of a benchmark on deliveries: `rows` and `folder`."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rows", type=int, default=rows, help="deliveries to generate")
    parser.add_argument(
        "--folder", type=Path, help="keep the home here, and use the one that is here already"
    )
    return parser.parse_args()


@contextmanager
def deliveries_home(rows: int, folder: Path | None) -> Iterator[Home]:
    """Give a home with `rows` landed deliveries, in `folder` or for the time of the block."""
    with tempfile.TemporaryDirectory(prefix="sqm-benchmark-") as temporary:
        root = folder or Path(temporary)
        if not landed_file(root).is_file():
            shutil.copytree(_HERE / "home", root, dirs_exist_ok=True)
            _write_deliveries(landed_file(root), rows)
        yield open_home(root)


def landed_file(root: Path) -> Path:
    """Return where the deliveries of the home at `root` lie."""
    return root / "landing" / "deliveries" / "deliveries.csv"


def load_by_hand(home: Home, target: Path) -> None:
    """Run the reference: the same CSV to `deliveries` and `daily_sums` in the new file `target`."""
    with duckdb.connect(str(target)) as connection:
        connection.execute(f"set memory_limit = '{home.settings.memory_limit}'")
        connection.execute("set preserve_insertion_order = false")
        _run_script(connection, "deliveries_by_hand", {"$file": landed_file(home.root)})


def _write_deliveries(file: Path, rows: int) -> None:
    file.parent.mkdir(parents=True)
    with duckdb.connect() as connection:
        script = _filled("generate_deliveries", {"$rows": rows})
        connection.execute(f"copy ({script}) to {_literal(file)} (header)")


def _run_script(
    connection: duckdb.DuckDBPyConnection, name: str, values: dict[str, object]
) -> None:
    connection.execute(_filled(name, values))


def _filled(name: str, values: dict[str, object]) -> str:
    """Return the script `name` with its values: COPY and several statements take no parameters."""
    script = (_HERE / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    for placeholder, value in values.items():
        script = script.replace(placeholder, _literal(value))
    return script


def _literal(value: object) -> str:
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"
