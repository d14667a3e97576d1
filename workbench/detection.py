"""Which source, feed and core table a file is: by its name, then by its headers.

Only looks; loads nothing. What cannot be told is refused with what to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from workbench.contracts import Table
from workbench.errors import InputRefused
from workbench.reading import RawTable, ReadOptions, normalise_header, open_tables
from workbench.reading.survey import Survey
from workbench.sources import Feed, Source

# Keys that the engine makes where a file has none: position within the document, or content and occurrence.
POSITION_KEYS = frozenset({"line_no"})
CONTENT_KEYS = frozenset({"movement_id"})
DERIVABLE = POSITION_KEYS | CONTENT_KEYS | {"location_code", "batch_no"}

# The sheet of a mended workbook that says what was wrong with the rows of the first; not data.
REASONS_SHEET = "why"


@dataclass(frozen=True)
class Detection:
    """A table of a file and what it is. `columns` maps the position of a header to a column of `table`."""

    raw: RawTable
    source: Source
    feed: Feed | None
    table: str
    columns: Mapping[int, str]
    unknown: tuple[str, ...]

    @property
    def feed_name(self) -> str:
        """The feed, or the core table where the file is one already."""
        return self.feed.name if self.feed else self.table


@dataclass(frozen=True)
class Choice:
    """What the user has said instead of leaving it to detection."""

    source: str = ""
    table: str = ""
    date_order: str = ""
    date: str = ""
    options: ReadOptions = field(default_factory=ReadOptions)

    @property
    def says_anything(self) -> bool:
        """Whether the user said anything at all."""
        return self != Choice()


def known_headers(sources: Iterable[Source], contracts: Mapping[str, Table]) -> frozenset[str]:
    """Every header any source knows, to find the header row below titles and instructions."""
    words: set[str] = set()
    for source in sources:
        for feed in source.feeds:
            words.update(normalise_header(c) for c in feed.columns)
        if source.vocabulary:
            for table in contracts.values():
                words.update(_words(source, table))
    return frozenset(words)


def detect(
    path: Path,
    name: str,
    sources: Mapping[str, Source],
    contracts: Mapping[str, Table],
    choice: Choice,
    survey: Survey | None = None,
) -> tuple[list[Detection], list[str]]:
    """The tables of a file that are recognised, and the sheets that are not; InputRefused when there is none."""
    candidates = _candidates(sources, choice)
    for source in candidates:
        for feed in source.feeds:
            if feed.headerless and feed.files and feed.matches_name(name):
                options = replace(
                    choice.options,
                    columns=feed.columns,
                    delimiter=choice.options.delimiter or feed.delimiter,
                    quoted=feed.quoted,
                )
                raw = open_tables(path, options, survey)[0]
                first = next(raw.batches(1), None)
                # A name alone proves nothing: another system's file has another number of cells.
                if first is None or first["problem"][0] is None:
                    return [_feed_detection(raw, source, feed)], []
    options = replace(choice.options, known_headers=known_headers(candidates, contracts))
    raws = open_tables(path, options, survey)
    found = [(raw, _recognise(raw, name, candidates, contracts, choice)) for raw in raws]
    recognised = [detection for _, detection in found if isinstance(detection, Detection)]
    found = [(raw, detection) for raw, detection in found if raw.name != REASONS_SHEET]
    if not recognised:
        reasons = [reason for _, reason in found if isinstance(reason, str)]
        raise InputRefused(reasons[0] if reasons else f"{name} holds no table: check that it is not empty.")
    return recognised, [raw.name for raw, detection in found if isinstance(detection, str)]


def _candidates(sources: Mapping[str, Source], choice: Choice) -> list[Source]:
    if not choice.source:
        return sorted(sources.values(), key=lambda s: (s.vocabulary is not None, s.name))
    if choice.source not in sources:
        raise InputRefused(f"There is no source {choice.source!r}: use one of {', '.join(sorted(sources))}.")
    return [sources[choice.source]]


def _recognise(
    raw: RawTable, name: str, sources: list[Source], contracts: Mapping[str, Table], choice: Choice
) -> Detection | str:
    feeds = [
        (len(feed.columns), source, feed)
        for source in sources
        for feed in source.feeds
        if feed.matches_name(name) and (feed.columns or feed.files) and feed.matches_header(raw.header)
    ]
    if feeds and not choice.table:
        _, source, feed = max(feeds, key=lambda f: (bool(f[2].files), f[0], f[2].name))
        return _feed_detection(raw, source, feed)
    reason = f"{name} is not recognised: name the file after a core table, or say --table or --source."
    for source in sources:
        if source.vocabulary:
            result = _by_words(raw, name, source, contracts, choice)
            if isinstance(result, Detection):
                return result
            reason = result
        elif choice.source:
            reason = _feed_reason(raw, name, source)
    return reason


def _feed_detection(raw: RawTable, source: Source, feed: Feed) -> Detection:
    known = {*feed.columns, *feed.unused_columns}
    unknown = () if feed.reads_other_columns else tuple(h or "(no name)" for h in raw.header if h not in known)
    return Detection(raw, source, feed, "", {}, unknown)


def _feed_reason(raw: RawTable, name: str, source: Source) -> str:
    named = [feed for feed in source.feeds if feed.files and feed.matches_name(name)]
    if named:
        missing = [c for c in named[0].columns if c not in raw.header]
        return f"{name} looks like {named[0].name} of {source.name} and lacks column {missing[0]}: export it with that."
    return f"{name} is no file that {source.name} knows: it reads {', '.join(f.name for f in source.feeds)}."


def _words(source: Source, table: Table) -> dict[str, tuple[str, int]]:
    """Header word → column of the table and the rank of the word, the column's own name first."""
    assert source.vocabulary is not None
    result: dict[str, tuple[str, int]] = {}
    for column in table.columns.values():
        own = (column.name, column.title_zh)
        here = source.vocabulary.columns.get(f"{table.name}.{column.name}", ())
        for rank, word in enumerate((*own, *here, *source.vocabulary.columns.get(column.name, ()))):
            key = normalise_header(word)
            if key not in result or result[key][1] > rank:
                result[key] = (column.name, rank)
    return result


def _by_words(
    raw: RawTable, name: str, source: Source, contracts: Mapping[str, Table], choice: Choice
) -> Detection | str:
    if choice.table and choice.table not in contracts:
        raise InputRefused(f"There is no core table {choice.table!r}: use one of {', '.join(sorted(contracts))}.")
    by_name = (
        choice.table
        or _table_by_name(raw.name, source, contracts)
        or _table_by_name(Path(name).stem, source, contracts)
    )
    if by_name:
        matched = _match(raw, source, contracts[by_name])
        missing = _missing(contracts[by_name], matched.values())
        if missing:
            column = contracts[by_name].columns[missing[0]]
            return (
                f"{_place(name, raw)} was taken for {by_name} and has no column for {column.name} ({column.title_zh}): "
                f"add it, or name another table with --table. Its headers are {_listing(raw.header)}."
            )
        return _word_detection(raw, source, by_name, matched)
    scored = []
    for table in contracts.values():
        matched = _match(raw, source, table)
        if matched and not _missing(table, matched.values()):
            scored.append((len(matched), table.name, matched))
    scored.sort(key=lambda s: -s[0])
    if not scored:
        return (
            f"{_place(name, raw)} is not recognised by its name nor by its headers ({_listing(raw.header)}): name the "
            "file after a core table, for example receipt_line.csv or 入库单.xlsx, or say --table."
        )
    if len(scored) > 1 and scored[0][0] == scored[1][0]:
        return f"{_place(name, raw)} could be {scored[0][1]} or {scored[1][1]}: say which with --table."
    return _word_detection(raw, source, scored[0][1], scored[0][2])


def _word_detection(raw: RawTable, source: Source, table: str, matched: Mapping[int, str]) -> Detection:
    unknown = tuple(h or f"(column {i + 1}, no name)" for i, h in enumerate(raw.header) if i not in matched)
    return Detection(raw, source, None, table, matched, unknown)


def _table_by_name(name: str, source: Source, contracts: Mapping[str, Table]) -> str:
    """The table whose name, or a word for it, begins or ends the file's name; the longest word wins."""
    assert source.vocabulary is not None
    stem = re.sub(r"[\d\s_.()-]+$", "", re.sub(r"^[\d\s_.()-]+", "", normalise_header(name)))
    best = ("", "")
    for table in contracts.values():
        for word in (table.name, table.title_zh, *source.vocabulary.tables.get(table.name, ())):
            key = normalise_header(word)
            if (stem == key or stem.startswith(key) or stem.endswith(key)) and len(key) > len(best[0]):
                best = (key, table.name)
    return best[1]


def _match(raw: RawTable, source: Source, table: Table) -> dict[int, str]:
    words = _words(source, table)
    ranked: dict[str, tuple[int, int]] = {}
    for position, header in enumerate(raw.header):
        hit = words.get(normalise_header(header)) if header else None
        if hit and (hit[0] not in ranked or hit[1] < ranked[hit[0]][0]):
            ranked[hit[0]] = (hit[1], position)
    return {position: column for column, (_, position) in ranked.items()}


def _missing(table: Table, present: Iterable[str]) -> list[str]:
    have = set(present)
    return [
        c.name
        for c in table.columns.values()
        if (c.is_required or (c.is_key and c.name not in DERIVABLE)) and c.name not in have
    ]


def _place(name: str, raw: RawTable) -> str:
    return f"{name} (sheet {raw.name})" if raw.name else name


def _listing(header: Iterable[str]) -> str:
    shown = [h or "(no name)" for h in header]
    return ", ".join(shown[:12]) + (", …" if len(shown) > 12 else "")
