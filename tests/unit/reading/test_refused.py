"""Files that cannot be a table, or are made to fill the memory, end in one clear sentence."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.errors import InputRefused
from workbench.reading import ReadOptions, fast, open_tables, survey, text, tolerant


def refused(path: Path) -> str:
    with pytest.raises(InputRefused) as caught:
        for table in open_tables(path):
            for _ in table.batches():
                pass
    message = str(caught.value)
    assert message.endswith(".") and "\n" not in message
    return message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty (0 bytes)"),
        (b"%PDF-1.7 ...", "is a PDF document"),
        (b"a,b\n1,x\0y\n2,z\n", "NUL character at offset 7"),
        (b'a,b\n1,2\n3,"open\n4,5\n', "Record 3 of f.csv opens a quote that is never closed"),
        (b'a,b\n1,2\n3,"x"y"\n4,5\n', "Record 3 of f.csv has text after a closing quote"),
    ],
)
def test_one_sentence_for_each(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(content)
    assert words in refused(path)


def test_quotes_as_text_open_what_quoting_refuses(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text('a,b\n1,"x"y"\n')
    (table,) = open_tables(path, ReadOptions(quoted=False))
    assert table.rows([2])["c1"].to_list() == ['"x"y"']


def test_folder_missing_and_unreadable(tmp_path: Path) -> None:
    assert "is a folder" in refused(tmp_path)
    assert "does not exist" in refused(tmp_path / "none.csv")
    os.mkfifo(tmp_path / "pipe")
    assert "no ordinary file" in refused(tmp_path / "pipe")
    path = tmp_path / "f.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.MonkeyPatch.context() as patch:

        def denied(*_: object, **__: object) -> None:
            raise PermissionError(13, "Permission denied")

        patch.setattr(Path, "open", denied)
        assert "may not be read" in refused(path)


def test_a_file_that_vanishes_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("a,b\n1,2\n")
    (table,) = open_tables(path)
    path.unlink()
    with pytest.raises(InputRefused, match="does not exist"):
        list(table.batches())


def test_a_line_without_end_is_refused_with_its_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tolerant, "MAX_CELL", 1000)
    monkeypatch.setattr(text, "MAX_CELL", 1000)
    monkeypatch.setattr(fast, "MAX_LINE", 1000)
    path = tmp_path / "f.csv"
    path.write_text("a,b\n" + "1,2\n" * 5000 + "x" * 5000 + "\n1,2\n")
    assert "Line 5,002 of f.csv is longer than 1,000 characters" in refused(path)


def test_a_cell_without_end_is_refused_with_its_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tolerant, "MAX_CELL", 1000)
    path = tmp_path / "f.csv"
    path.write_text("a,b\n1,2\n" + '3,"' + "4,5\n" * 5000)
    assert "Record 3 of f.csv has a cell above 1,000 characters" in refused(path)


def test_a_line_of_two_gigabytes_is_refused_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    with path.open("wb") as file:
        file.write(b"a,b\n" + b"1,2\n" * 5000)
        for _ in range(150):
            file.write(b"x" * (1 << 20))
    program = (
        "import resource, sys; from pathlib import Path\n"
        "from workbench.errors import InputRefused\n"
        "from workbench.reading import open_tables\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try:\n"
        "    [list(t.batches()) for t in open_tables(Path(sys.argv[1]))]\n"
        "except InputRefused as error:\n"
        "    print(error)\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)\n"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True, cwd=root
    )
    sentence, grown = done.stdout.splitlines()
    assert "Line 5,002 of f.csv is longer than 16,777,216 characters" in sentence
    assert int(grown) < 140
    assert resource.getrusage(resource.RUSAGE_SELF)  # the measure exists on this system


def test_batches_stay_small_where_cells_are_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tolerant, "MAX_BATCH_TEXT", 5000)
    path = tmp_path / "f.csv"
    path.write_text("a,b\n" + f'1,"{"x" * 900}"\n' * 100)
    (table,) = open_tables(path)
    heights = [batch.height for batch in table.batches()]
    assert sum(heights) == 100
    assert max(heights) < 10


def test_a_full_disk_is_the_callers_error(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("a\n1\n")
    with pytest.raises(OSError, match="No space"):
        survey(path, Path("/dev/full"))
