"""Which files of the watched folder are taken, and where they go."""

from __future__ import annotations

import os
from pathlib import Path

from workbench.nightly.inbox import look, put_away


class Days:
    """Waiting that does something to the folder each time, as those do who write into it."""

    def __init__(self, *acts: object) -> None:
        self.acts = list(acts)
        self.waited = 0.0

    def __call__(self, seconds: float) -> None:
        self.waited += seconds
        act = self.acts.pop(0) if self.acts else None
        if callable(act):
            act()


def test_whole_files_are_taken_from_folders_below_too_and_hidden_ones_are_not(tmp_path: Path) -> None:
    for name in ("a.csv", "store 1/b.csv", ".hidden.csv", "~$open.xlsx"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    found = look(tmp_path, 2, 60, Days(), None)
    assert found.ready == (tmp_path / "a.csv", tmp_path / "store 1/b.csv")
    assert found.left == ()


def test_a_file_that_grows_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("x")
    days = Days(lambda: file.write_text("xy"), lambda: file.write_text("xyz"))
    assert look(tmp_path, 2, 60, days, None).ready == (file,)
    assert days.waited == 6


def test_a_file_that_never_stops_growing_is_left_and_does_not_hold_up_others(tmp_path: Path) -> None:
    growing, whole = tmp_path / "a.csv", tmp_path / "b.csv"
    growing.write_text("")
    whole.write_text("x")
    found = look(tmp_path, 2, 10, Days(*[lambda: growing.write_text(growing.read_text() + "x")] * 9), None)
    assert (found.ready, found.left) == ((whole,), ((growing, "growing"),))


def test_a_file_written_anew_at_its_old_size_is_still_growing(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("x")
    days = Days(lambda: os.utime(file, ns=(1, 1)))
    assert look(tmp_path, 2, 60, days, None).ready == (file,)
    assert days.waited == 4


def test_a_time_in_the_future_does_not_matter(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("x")
    os.utime(file, (4_000_000_000, 4_000_000_000))
    assert look(tmp_path, 2, 60, Days(), None).ready == (file,)


def test_unfinished_by_name_is_left(tmp_path: Path) -> None:
    (tmp_path / "a.csv.part").write_text("x")
    found = look(tmp_path, 2, 60, Days(), None)
    assert found.left == ((tmp_path / "a.csv.part", "unfinished"),)


def test_a_file_that_is_taken_away_meanwhile_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("x")
    found = look(tmp_path, 2, 60, Days(file.unlink), None)
    assert (found.ready, found.left) == ((), ())


def test_nothing_is_waited_for_in_an_empty_folder(tmp_path: Path) -> None:
    days = Days()
    assert look(tmp_path, 2, 60, days, None).ready == ()
    assert look(tmp_path / "none", 2, 60, days, None).ready == ()
    assert days.waited == 0


def test_the_archive_is_not_looked_at_even_within_the_inbox(tmp_path: Path) -> None:
    (tmp_path / "archive/2025-04-01").mkdir(parents=True)
    (tmp_path / "archive/2025-04-01/a.csv").write_text("x")
    assert look(tmp_path, 2, 60, Days(), tmp_path / "archive").ready == ()


def test_files_of_one_name_are_put_beside_each_other(tmp_path: Path) -> None:
    inbox, archive = tmp_path / "inbox", tmp_path / "archive"
    (inbox / "s1").mkdir(parents=True)
    for text in ("one", "two", "three"):
        (inbox / "s1/a.csv").write_text(text)
        put_away(inbox / "s1/a.csv", inbox, archive)
    assert not (inbox / "s1/a.csv").exists()
    assert {p.name: p.read_text() for p in (archive / "s1").iterdir()} == {
        "a.csv": "one",
        "a (2).csv": "two",
        "a (3).csv": "three",
    }
