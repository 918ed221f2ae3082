"""Landed files into bronze: found by content, kept once, refused with one sentence.

Landed files are never moved or deleted. A file whose size and time of change are as before is not
hashed again; a refused file is tried again when it or its source definition changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.bronze import Batch, batch_name, bronze_path, facts, read_batches, sha256_of
from pipelines.ledger import LandedFile, Ledger
from pipelines.readers import fetch_database, write_bronze
from pipelines.settings import Home
from transforms.refusal import Refusal
from transforms.source_definition import SourceDefinition, parse_source

# Stands where a landed file's name does, for sources that are a query.
_QUERY = "(query)"


@dataclass
class Landed:
    """Outcome of looking into the landing folder.

    `batches`  every batch in bronze, old and new
    `new`      numbers of those taken up in this run
    `refused`  files that could not be read, among them ones refused on earlier nights
    `doubled`  files with the same bytes as another one of their source
    """

    batches: list[Batch] = field(default_factory=list)
    new: set[int] = field(default_factory=set)
    refused: list[LandedFile] = field(default_factory=list)
    doubled: list[LandedFile] = field(default_factory=list)


def read_sources(home: Home) -> tuple[dict[str, SourceDefinition], list[Refusal]]:
    """Return the source definitions of `home` by name, and the refusals of those that are wrong."""
    sources, refusals = {}, []
    for file in sorted(home.sources.glob("*.toml")):
        try:
            sources[file.stem] = parse_source(file.stem, file.read_text(encoding="utf-8"))
        except Refusal as refusal:
            refusals.append(refusal)
    return sources, refusals


def find_files(home: Home, source: SourceDefinition) -> list[Path]:
    """Return the landed files of a source, by name."""
    return sorted({file for glob in source.files for file in home.landing.glob(glob)})


def is_anything_new(home: Home, sources: Mapping[str, SourceDefinition], ledger: Ledger) -> bool:
    """Say whether a landed file is unknown or has changed; queries cannot be told beforehand."""
    seen = ledger.landed_files()
    return any(
        source.database is not None
        or any(
            _has_changed(file, seen.get((name, _name(home, file))), _definition(source))
            for file in find_files(home, source)
        )
        for name, source in sources.items()
    )


def land(home: Home, sources: Mapping[str, SourceDefinition], ledger: Ledger) -> Landed:
    """Take every new landed file and query into bronze."""
    landed = Landed(batches=read_batches(home.bronze))
    seen = ledger.landed_files()
    for source in sources.values():
        took = list(_land_source(home, source, seen, landed))
        if took:
            ledger.record_files(took)
        names = {_name(home, file) for file in find_files(home, source)}
        known = {**seen, **{(file.source, file.file): file for file in took}}
        for (name, file), entry in known.items():
            if name == source.name and (file in names or source.database):
                if entry.state == "refused":
                    landed.refused.append(entry)
                elif entry.state == "doubled":
                    landed.doubled.append(entry)
    return landed


def _land_source(
    home: Home,
    source: SourceDefinition,
    seen: Mapping[tuple[str, str], LandedFile],
    landed: Landed,
) -> Iterator[LandedFile]:
    """Yield what became of each new or changed file of `source`; new batches go to `landed`."""
    definition = _definition(source)
    files_by_hash = {
        batch.batch: batch.file for batch in landed.batches if batch.source == source.name
    }
    if source.database:
        yield _land_query(home, source, files_by_hash, landed)
        return
    for file in find_files(home, source):
        name = _name(home, file)
        if not _has_changed(file, seen.get((source.name, name)), definition):
            continue
        facts_of_file = file.stat()
        sha256 = sha256_of(file)
        refusal = None
        first = files_by_hash.get(batch_name(sha256))
        if first is None:
            refusal = _write(home, source, file, sha256, landed)
            if refusal is None:
                files_by_hash[batch_name(sha256)] = name
        elif first != name:
            refusal = Refusal(
                "{file} has the same bytes as {first} and is not counted twice.",
                "{file} 与 {first} 内容完全相同，不会重复计入。",
                file=name,
                first=first,
            )
        is_double = first is not None and first != name
        yield LandedFile(
            source=source.name,
            file=name,
            bytes=facts_of_file.st_size,
            modified_ns=facts_of_file.st_mtime_ns,
            sha256=sha256,
            state="doubled" if is_double else "refused" if refusal else "landed",
            definition=definition,
            en=refusal.told("en") if refusal else None,
            zh=refusal.told("zh") if refusal else None,
        )


def _land_query(
    home: Home, source: SourceDefinition, files_by_hash: Mapping[str, str], landed: Landed
) -> LandedFile:
    """Take what the source's query delivers into bronze, unless it delivered the same before."""
    refusal, sha256 = None, ""
    try:
        with fetch_database(source, hmac_key=_key(home)) as fetched:
            sha256 = fetched.sha256
            batch = batch_name(sha256)
            if batch not in files_by_hash:
                number = _next_number(landed)
                target = bronze_path(home.bronze, source.name, batch)
                target.parent.mkdir(parents=True, exist_ok=True)
                fetched.write(target, facts(number, source.name, batch, _QUERY))
                landed.batches.append(
                    Batch(number, source.name, batch, _QUERY, target, fetched.rows)
                )
                landed.new.add(number)
    except Refusal as error:
        refusal = error
    return LandedFile(
        source=source.name,
        file=_QUERY,
        bytes=0,
        modified_ns=0,
        sha256=sha256,
        state="refused" if refusal else "landed",
        definition=_definition(source),
        en=refusal.told("en") if refusal else None,
        zh=refusal.told("zh") if refusal else None,
    )


def _next_number(landed: Landed) -> int:
    return 1 + max((batch.number for batch in landed.batches), default=0)


def _write(
    home: Home, source: SourceDefinition, file: Path, sha256: str, landed: Landed
) -> Refusal | None:
    """Write one file to bronze, or return why it cannot be read."""
    number = _next_number(landed)
    batch, name = batch_name(sha256), _name(home, file)
    target = bronze_path(home.bronze, source.name, batch)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        rows = write_bronze(
            file,
            source,
            target,
            hmac_key=_key(home),
            metadata=facts(number, source.name, batch, name),
        )
    except Refusal as refusal:
        return refusal
    landed.batches.append(Batch(number, source.name, batch, name, target, rows))
    landed.new.add(number)
    return None


def _key(home: Home) -> str | None:
    key = home.settings.hmac_key
    return key.get_secret_value() if key else None


def _has_changed(file: Path, entry: LandedFile | None, definition: str) -> bool:
    if entry is None:
        return True
    now = file.stat()
    is_same = (now.st_size, now.st_mtime_ns) == (entry.bytes, entry.modified_ns)
    return not is_same or (entry.state == "refused" and entry.definition != definition)


def _definition(source: SourceDefinition) -> str:
    return hashlib.sha256(source.model_dump_json().encode()).hexdigest()[:16]


def _name(home: Home, file: Path) -> str:
    return file.relative_to(home.landing).as_posix()
