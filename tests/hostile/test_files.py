"""Broken and hostile files: refused in one sentence or loaded as text; nothing is executed, nothing is lost."""

from __future__ import annotations

import csv
import io
import os
import resource
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

HEADER = "receipt_no,line_no,received_qty,received_at,note,product_code\n"
TRICKS = [
    "=1+1",
    "=cmd|'/C calc'!A0",
    "+SUM(1)",
    "-2+3",
    "@SUM(A1)",
    '=HYPERLINK("http://x.example","y")',
    "'; DROP TABLE core.receipt_line; --",
    '"; DELETE FROM ops.file; --',
    "../../../etc/passwd",
    "/etc/passwd",
    "C:\\Windows\\system32",
    "${HOME} $(id) `id` %s {0}",
    "<script>alert(1)</script>",
    "Robert'); --",
    "[bold]rich[/bold]",
]


def refused(shop: Any, path: Path) -> str:
    """The one sentence with which a file is refused; the lake and its folders stay as they were."""
    before, snapshots, kept = shop.state(), shop.snapshots(), originals(shop)
    ran = shop.run("ingest", path)
    assert ran.code == 12
    assert "Traceback" not in ran.err
    assert (shop.state(), shop.snapshots(), originals(shop)) == (before, snapshots, kept)
    (sentence,) = ran.err.strip().splitlines()
    assert sentence.endswith(".")
    return sentence


def originals(shop: Any) -> list[str]:
    return sorted(p.name for p in (shop.root / "var" / "files").rglob("*") if p.is_file())


def tricky(shop: Any) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for number, trick in enumerate(TRICKS):
        writer.writerow([f"R{number}", 1, 5, "2025-01-03", trick, trick])
    report = shop.load("receipt_line.csv", HEADER + buffer.getvalue())
    assert (report.accepted, report.rejected) == (len(TRICKS), 0)


def test_what_would_run_elsewhere_is_text_here(shop: Any) -> None:
    tricky(shop)
    assert shop.rows("SELECT note, product_code FROM core.receipt_line ORDER BY row_no") == [(t, t) for t in TRICKS]
    assert shop.one("SELECT count(*) FROM ops.file") == 1


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_would_run_in_a_spreadsheet_is_written_harmless(shop: Any, form: str) -> None:
    import openpyxl

    tricky(shop)
    target = shop.inbox / f"out.{form}"
    ran = shop.run("sql", "SELECT note FROM core.receipt_line ORDER BY row_no", "--format", form, "-o", target)
    assert ran.code == 0
    if form == "csv":
        with target.open(encoding="utf-8-sig", newline="") as stream:
            cells = [row[0] for row in csv.reader(stream)][1:]
        assert all(cell[0] not in "=+-@" for cell in cells)
        assert [
            cell.removeprefix("'") if trick[0] in "=+-@" else cell for cell, trick in zip(cells, TRICKS, strict=True)
        ] == TRICKS
    else:
        sheet = openpyxl.load_workbook(target).active
        cells = [row[0] for row in sheet.iter_rows(min_row=2)]
        assert [cell.value for cell in cells] == TRICKS
        assert {cell.data_type for cell in cells} == {"s"}


def test_rejected_rows_are_written_harmless_for_mending(shop: Any) -> None:
    import openpyxl

    shop.load("receipt_line.csv", HEADER + "R1,1,x,2025-01-03,=cmd|'/C calc'!A0,=1+1\n")
    target = shop.inbox / "mend receipt_line.xlsx"
    assert shop.run("rejects", "--export", target).code == 0
    book = openpyxl.load_workbook(target)
    assert {c.data_type for sheet in book for row in sheet.iter_rows() for c in row} <= {"s", "n"}
    assert [c.value for c in book["rows"][2]][4:] == ["=cmd|'/C calc'!A0", "=1+1"]


def test_a_terminal_shows_markup_as_it_is(shop: Any) -> None:
    tricky(shop)
    shown = shop.run("sql", "SELECT note FROM core.receipt_line").out
    assert "[bold]rich[/bold]" in shown


@pytest.mark.parametrize(
    "name",
    [
        "receipt_line'); DROP TABLE core.receipt_line; --.csv",
        'receipt_line "quoted".csv',
        "receipt_line $(id) `id`.csv",
        "receipt_line\nnewline.csv",
        "receipt_line %s {0} [bold].csv",
        "入库单 😀.csv",
        "receipt_line.csv.csv",
    ],
)
def test_a_file_may_have_any_name(shop: Any, name: str) -> None:
    report = shop.load(name, HEADER + "R1,1,5,2025-01-03,x,P\n")
    assert report.status == "loaded"
    assert shop.rows("SELECT file_name FROM ops.file") == [(name,)]
    assert shop.project.lake.snapshots(shop.con)[-1].message == f"ingest {name}"
    assert shop.run("source", name, "2").code == 0
    assert shop.run("ingest", shop.inbox / name).code == 0


def test_a_name_of_bytes_that_are_no_text(shop: Any) -> None:
    path = Path(os.fsdecode(os.fsencode(shop.inbox) + b"/receipt_line \xff.csv"))
    path.write_text(HEADER + "R1,1,5,2025-01-03,x,P\n")
    ran = shop.run("ingest", path)
    assert ran.code == 0
    assert shop.one("SELECT count(*) FROM core.receipt_line") == 1


def test_a_sheet_may_have_any_name(shop: Any) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "it's; DROP TABLE"
    for row in (["product_code", "product_name"], ["P'1", 'say "x"']):
        book.active.append(row)
    path = shop.inbox / "product.xlsx"
    book.save(path)
    assert shop.ingest(path).status == "loaded"
    assert shop.rows("SELECT product_code, product_name FROM core.product") == [("P'1", 'say "x"')]
    assert shop.rows("SELECT sheet FROM ops.file") == [("it's; DROP TABLE",)]
    assert shop.run("source", "1", "2", "--json").json[0]["product_name"] == 'say "x"'


def test_formulas_in_a_workbook_are_never_computed(shop: Any) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["product_code", "product_name"], ["P1", "=1+1"], ["P2", '=WEBSERVICE("http://x.example")']):
        book.active.append(row)
    path = shop.inbox / "product.xlsx"
    book.save(path)
    assert shop.ingest(path).status == "loaded"
    # The file holds no result of these formulas, so there is no value.
    assert shop.rows("SELECT DISTINCT product_name FROM core.product") == [(None,)]


def workbook_bytes(rows: int = 3) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("product")
        sheet.write_row(0, 0, ["product_code", "product_name"])
        for number in range(1, rows):
            sheet.write_row(number, 0, [f"P{number}", f"name {number * 7919}"])
    return buffer.getvalue()


def parquet_bytes() -> bytes:
    import polars as pl

    buffer = io.BytesIO()
    pl.DataFrame({"product_code": ["P1"] * 500, "product_name": [str(i) for i in range(500)]}).write_parquet(buffer)
    return buffer.getvalue()


def bomb_bytes() -> bytes:
    buffer = io.BytesIO(workbook_bytes())
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b"0" * (300 << 20))
    return buffer.getvalue()


def half(whole: bytes) -> bytes:
    return whole[: len(whole) // 2]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bomb.xlsx", bomb_bytes),
        ("truncated.xlsx", lambda: half(workbook_bytes(500))),
        ("truncated.parquet", lambda: half(parquet_bytes())),
        ("no end.parquet", lambda: parquet_bytes()[:-4]),
        ("junk.parquet", lambda: b"PAR1" + os.urandom(1000) + b"PAR1"),
        ("junk.gz", lambda: b"\x1f\x8b\x08" + os.urandom(1000)),
        ("junk.csv", lambda: bytes(range(256)) * 20),
        ("nul.csv", lambda: HEADER.encode() + b"R1,1,\x005,2025-01-03,x,P\n"),
        ("only nul.csv", lambda: b"\0" * 5000),
        ("empty.csv", lambda: b""),
        ("bom only.csv", lambda: b"\xef\xbb\xbf"),
        ("blank lines.csv", lambda: b"\n" * 100),
        ("long line.csv", lambda: HEADER.encode() + b"R" * (20 << 20)),
        ("open quote.csv", lambda: HEADER.encode() + b'R1,1,5,2025-01-03,"never closed,P\n' + b"x,y\n" * 100),
        ("broken.json", lambda: b'[{"product_code": "P1"}, {"product_code": '),
        ("a zip.xlsx", lambda: b"PK\x05\x06" + b"\0" * 18),
    ],
)
def test_what_cannot_be_read_is_refused(shop: Any, name: str, content: Any) -> None:
    path = shop.file(f"product {name}", content())
    assert path.name in refused(shop, path) or "Sheet" in refused(shop, path)


def test_deep_json_is_refused_or_read(shop: Any) -> None:
    path = shop.file("product.json", "[" * 100_000)
    assert shop.run("ingest", path).code == 12


def test_a_folder_or_device_instead_of_a_file(shop: Any) -> None:
    fifo = shop.inbox / "product.csv"
    os.mkfifo(fifo)
    assert "no file" in refused(shop, fifo)
    assert "no file" in refused(shop, Path("/dev/zero"))
    fifo.unlink()
    assert shop.run("ingest", shop.inbox).code == 0


def test_links_in_a_circle(shop: Any) -> None:
    loop = shop.inbox / "product.csv"
    loop.symlink_to(loop)
    assert "does not exist" in refused(shop, loop)
    (shop.inbox / "round").symlink_to(shop.inbox)
    shop.file("good/product.csv", "product_code,product_name\nP1,Milk\n")
    loop.unlink()
    assert [r.status for r in [shop.ingest(shop.inbox)]] == ["loaded"]


def test_an_unreadable_file(shop: Any, request: pytest.FixtureRequest) -> None:
    path = shop.file("product.csv", "product_code,product_name\nP1,Milk\n")
    path.chmod(0)
    if os.geteuid() != 0:
        assert "may not be read" in refused(shop, path)
        return
    code = (
        "import os, sys; from pathlib import Path\n"
        "from workbench.errors import InputRefused\n"
        "from workbench.reading.survey import survey\n"
        "os.setuid(65534)\n"
        "try: survey(Path(sys.argv[1]))\n"
        "except InputRefused as error: print(error)"
    )
    opened = path.parent
    while opened != opened.parent:
        opened.chmod(opened.stat().st_mode | 0o055)
        opened = opened.parent
        if str(opened) == "/tmp":
            break
    ran = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False)
    assert "may not be read" in ran.stdout, ran.stderr


# --- no room left ----------------------------------------------------------------------------------------------------


def limited(size: int) -> Any:
    def limit() -> None:
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


def movements(rows: int) -> bytes:
    """Parquet that grows fivefold on its way into the lake."""
    import polars as pl

    buffer = io.BytesIO()
    pl.DataFrame(
        {
            "location_code": ["L1"] * rows,
            "movement_id": [str(i) for i in range(rows)],
            "occurred_at": ["2025-01-03 10:00:00"] * rows,
            "product_code": [f"P{i % 7}" for i in range(rows)],
            "movement_type": ["sale"] * rows,
            "moved_qty": ["-1"] * rows,
        }
    ).write_parquet(buffer, compression="zstd", compression_level=22, row_group_size=rows)
    return buffer.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rows", "limit"),
    [(120_000, 50_000), (120_000, 300_000), (120_000, 700_000), (9_000, 4_096), (9_000, 40_000), (50, 0), (50, 30_000)],
)
def test_a_full_disk_is_one_sentence_and_nothing_is_lost(shop: Any, rows: int, limit: int) -> None:
    """A limit on the size of files strikes in the archive, in staging, in the lake's data or in its catalogue."""
    path = shop.file("stock_movement.parquet", movements(rows))
    before = shop.state()
    shop.close()
    process = shop.start("ingest", path, preexec_fn=limited(limit))
    _, err = process.communicate(timeout=120)
    assert "Traceback" not in err, err
    if process.returncode:
        assert process.returncode == 12, err
        assert len(err.strip().splitlines()) == 1, err
        assert shop.state() == before
        assert originals(shop) == []
    assert shop.ingest(path).status == ("loaded" if process.returncode else "seen")
    assert shop.one("SELECT count(*) FROM core.stock_movement") == rows


@pytest.mark.parametrize("target", ["/dev/full", "/proc/nowhere/x.csv", "/proc/x.csv"])
def test_an_export_that_cannot_be_written(shop: Any, target: str) -> None:
    shop.load("receipt_line.csv", HEADER + "R1,1,x,2025-01-03,n,P\n")
    attempts = [
        ["sql", "SELECT * FROM core.receipt_line", "--format", "csv", "-o", target],
        ["sql", "SELECT * FROM core.receipt_line", "--format", "json", "-o", target],
    ]
    if target != "/dev/full":  # there Python's own ZIP writer complains once more when it is thrown away
        attempts += [
            ["sql", "SELECT * FROM core.receipt_line", "--format", "xlsx", "-o", target],
            ["rejects", "--export", target.replace(".csv", ".xlsx")],
            ["rejects", "--export", target],
        ]
    for arguments in attempts:
        ran = shop.run(*arguments)
        assert ran.code == 12, arguments
        assert "cannot be written" in ran.err
        assert len(ran.err.strip().splitlines()) == 1


def test_a_long_line_takes_bounded_memory(shop: Any) -> None:
    path = shop.inbox / "product.csv"
    with path.open("wb") as stream:
        stream.write(b"product_code,product_name\nP1,")
        for _ in range(300):
            stream.write(b"x" * (1 << 20))
    code = (
        "import resource, sys\nfrom workbench.cli import main\n"
        "try: main()\nfinally: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, "--project", str(shop.root), "ingest", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    sentence, peak = ran.stderr.strip().splitlines()
    assert ran.returncode == 12
    assert "longer than" in sentence
    assert int(peak) < 700_000
