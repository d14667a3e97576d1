"""What became of every row of a file, and the proof that none was lost or counted twice."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbench.landing import Landed

if TYPE_CHECKING:
    import duckdb

    from workbench.detection import Detection


@dataclass
class FileReport:
    """What became of one file or sheet. `status` is loaded, held, seen, skipped or refused; `message` says why."""

    file_name: str
    status: str
    message: str = ""
    file_id: int | None = None
    sheet: str = ""
    source: str = ""
    feed: str = ""
    read: int = 0
    accepted: int = 0
    rejected: int = 0
    known: int = 0
    blank: int = 0
    ignored: int = 0
    # Rows of a load in quarantine: nothing has become of them yet.
    held: int = 0
    revised: int = 0
    repeated: int = 0
    unknown_columns: tuple[str, ...] = ()
    tables: list[Landed] = field(default_factory=list)
    # What the gate made of it; empty where there was none.
    verdict: str = ""
    # Where the file lay when it was taken in.
    path: str = ""
    # Refused because of the disk: the file itself may be well.
    lacks_room: bool = False

    def balance(self) -> None:
        """Conservation: no row is lost and none is counted twice. AssertionError stops the load."""
        total = self.accepted + self.rejected + self.known + self.blank + self.ignored + self.held
        if self.read != total:
            raise AssertionError(
                f"{self.file_name}: {self.read} rows read, but {self.accepted} accepted + {self.rejected} rejected + "
                f"{self.known} known + {self.blank} blank + {self.ignored} ignored + {self.held} held = {total}"
            )


def account(report: FileReport, con: duckdb.DuckDBPyConnection, file_id: int, is_one_to_one: bool) -> None:
    """Count what became of each row read. Where one row makes several, the worst that befell any of them counts."""
    if is_one_to_one:
        one = report.tables[0]
        report.accepted, report.rejected, report.known = one.accepted, one.rejected, one.known
        return
    stored = " UNION ".join(f"SELECT row_no FROM core.{t.table} WHERE file_id = {file_id}" for t in report.tables)
    stored = stored or "SELECT CAST(NULL AS BIGINT) AS row_no WHERE false"
    rejected = f"SELECT DISTINCT row_no FROM ops.reject WHERE file_id = {file_id}"
    row = con.execute(
        f"WITH rejected AS ({rejected}),"
        f" accepted AS (SELECT row_no FROM ({stored}) EXCEPT SELECT row_no FROM rejected),"
        " known AS (SELECT row_no FROM known_row EXCEPT SELECT row_no FROM rejected EXCEPT SELECT row_no FROM accepted)"
        " SELECT (SELECT count(*) FROM accepted), (SELECT count(*) FROM rejected), (SELECT count(*) FROM known)"
    ).fetchone()
    assert row is not None
    report.accepted, report.rejected, report.known = (int(n) for n in row)


def record(
    report: FileReport,
    detection: Detection,
    sha256: str,
    size: int,
    author: str,
    moment: dt.datetime,
    con: duckdb.DuckDBPyConnection,
    choice: str,
) -> None:
    """Write the file and what became of its rows to `ops.file`, within the open transaction."""
    con.execute(
        f"INSERT INTO ops.file VALUES ({', '.join('?' * 19)})",
        [
            report.file_id,
            sha256,
            report.file_name,
            report.sheet,
            size,
            report.source,
            report.feed,
            json.dumps(detection.raw.dialect, ensure_ascii=False, sort_keys=True),
            json.dumps(list(detection.raw.header), ensure_ascii=False),
            json.dumps(list(report.unknown_columns), ensure_ascii=False),
            report.read,
            report.accepted,
            report.rejected,
            report.known,
            report.blank,
            report.ignored,
            moment,
            author,
            choice,
        ],
    )
