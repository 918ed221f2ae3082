"""Landed files into bronze: found by content, kept once, refused with one sentence.

Landed files are never moved or deleted. A file whose size and time of change are as before is not
hashed again. When a source's definition says otherwise how its files are read (encoding, header
row, private columns), they are read again, refused ones too; all else works on bronze.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipelines.ledger import LandedFile, Ledger
from pipelines.settings import Home
from pipelines.sources.bronze import Batch, batch_name, bronze_path, facts, read_batches, sha256_of
from pipelines.sources.readers import fetch_database, write_bronze
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
    """Say whether a landed file is unknown or has changed, or a query delivers something new."""
    seen = ledger.landed_files()
    return any(
        _delivers_news(home, source)
        if source.database
        else any(
            _has_changed(file, seen.get((name, _name(home, file))), _reading(home, source))
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
    reading = _reading(home, source)
    batches = {batch.batch: batch for batch in landed.batches if batch.source == source.name}
    if source.database:
        yield _land_query(home, source, batches, landed)
        return
    for file in find_files(home, source):
        name = _name(home, file)
        if not _has_changed(file, seen.get((source.name, name)), reading):
            continue
        facts_of_file = file.stat()
        sha256 = sha256_of(file)
        known = batches.get(batch_name(sha256))
        state, told = "landed", None
        if known is not None and known.file != name:
            state, told = "doubled", _same_bytes(name, known.file)
        if known is None or known.read_as != reading:
            try:
                batches[batch_name(sha256)] = _write(home, source, file, sha256, landed, known)
            except Refusal as refusal:
                state, told = "refused", refusal
        yield LandedFile(
            source=source.name,
            file=name,
            bytes=facts_of_file.st_size,
            modified_ns=facts_of_file.st_mtime_ns,
            sha256=sha256,
            state=state,
            definition=reading,
            en=told.told("en") if told else None,
            zh=told.told("zh") if told else None,
        )


def _same_bytes(file: str, first: str) -> Refusal:
    return Refusal(
        "{file} has the same bytes as {first} and is not counted twice.",
        "{file} 与 {first} 内容完全相同，不会重复计入。",
        file=file,
        first=first,
    )


def _land_query(
    home: Home, source: SourceDefinition, batches: Mapping[str, Batch], landed: Landed
) -> LandedFile:
    """Take what the source's query delivers into bronze, unless it delivered the same before."""
    reading = _reading(home, source)
    refusal, sha256 = None, ""
    try:
        with fetch_database(source, hmac_key=_key(home)) as fetched:
            sha256 = fetched.sha256
            batch = batch_name(sha256)
            if batch not in batches:
                number = _next_number(landed)
                target = bronze_path(home.bronze, source.name, batch)
                target.parent.mkdir(parents=True, exist_ok=True)
                fetched.write(target, facts(number, source.name, batch, _QUERY, reading))
                landed.batches.append(
                    Batch(number, source.name, batch, _QUERY, target, fetched.rows, reading)
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
        definition=reading,
        en=refusal.told("en") if refusal else None,
        zh=refusal.told("zh") if refusal else None,
    )


def _delivers_news(home: Home, source: SourceDefinition) -> bool:
    """Say whether the source's query delivers what no batch of it holds, or fails."""
    try:
        with fetch_database(source, hmac_key=_key(home)) as fetched:
            batch = batch_name(fetched.sha256)
    except Refusal:
        return True  # the night tells why
    return not bronze_path(home.bronze, source.name, batch).is_file()


def _next_number(landed: Landed) -> int:
    return landed.batches[-1].number + 1 if landed.batches else 1  # in the order of their numbers


def _write(
    home: Home,
    source: SourceDefinition,
    file: Path,
    sha256: str,
    landed: Landed,
    known: Batch | None,
) -> Batch:
    """Write one file to bronze, in place of the batch `known` that it was when read otherwise.

    Raises Refusal when it cannot be read; a `known` batch then stays as it is.
    """
    batch = Batch(
        number=known.number if known else _next_number(landed),
        source=source.name,
        batch=batch_name(sha256),
        file=known.file if known else _name(home, file),
        path=bronze_path(home.bronze, source.name, batch_name(sha256)),
        rows=0,
        read_as=_reading(home, source),
    )
    batch.path.parent.mkdir(parents=True, exist_ok=True)
    rows = write_bronze(
        file,
        source,
        batch.path,
        hmac_key=_key(home),
        metadata=facts(batch.number, batch.source, batch.batch, batch.file, batch.read_as),
    )
    written = replace(batch, rows=rows)
    if known:
        landed.batches[landed.batches.index(known)] = written
    else:
        landed.batches.append(written)
    landed.new.add(written.number)
    return written


def _key(home: Home) -> str | None:
    key = home.settings.hmac_key
    return key.get_secret_value() if key else None


def _has_changed(file: Path, entry: LandedFile | None, reading: str) -> bool:
    if entry is None:
        return True
    now = file.stat()
    seen = (entry.bytes, entry.modified_ns, entry.definition)
    return (now.st_size, now.st_mtime_ns, reading) != seen


def _reading(home: Home, source: SourceDefinition) -> str:
    """Return the digest of what decides how the files of `source` become bronze.

    The rest of its definition works on bronze, and does not make files be read again.
    """
    said = source.model_dump(
        mode="json",
        include={"format", "encoding", "delimiter", "sheet", "header_row", "private", "database"},
    )
    if source.private.key:
        said["has_key"] = home.settings.hmac_key is not None
        said["missing"] = [
            *source.missing,
            *(text for mapping in source.columns.values() for text in mapping.missing),
        ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def _name(home: Home, file: Path) -> str:
    return file.relative_to(home.landing).as_posix()
