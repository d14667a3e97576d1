"""Backups: whole and of one moment while others write, sealed, kept for a while, restored and proved."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import tarfile
import threading
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, Shop, copied
from workbench.backup import restoring
from workbench.backup.keeping import backups_in, clear, kept
from workbench.backup.making import Backup, back_up
from workbench.errors import ConfigurationError, InputRefused, UsageError
from workbench.project import Project
from workbench.settings import BackupSettings
from workbench.store.accounts import add_account
from workbench.store.act import Act
from workbench.store.attachments import keep

pytestmark = pytest.mark.slow

HEADER = "location_code,movement_id,occurred_at,product_code,movement_type,moved_qty\n"


@pytest.fixture
def shop(shop_template: Path, tmp_path: Path) -> Shop:
    """A small shop with something of everything."""
    shop = copied(shop_template, tmp_path / "shop")
    shop.load("stock_movement.csv", HEADER + "S,M1,2025-03-01 09:00:00,P,receipt,5\n")
    shop.check()
    add_account(shop.project.store, "boss", "", "", ("admin",), (), Act("boss", shop.now))
    paper = tmp_path / "纸.jpg"
    paper.write_bytes(b"paper")
    keep(shop.project.var, paper, 1000)
    return shop


def state_of(root: Path) -> dict[str, list[str]]:
    other = Shop(root, root / "inbox")
    try:
        return other.state(without=())
    finally:
        other.close()


@pytest.mark.parametrize("passphrase", ["", "通行口令 42"])
def test_what_is_backed_up_comes_back_whole(shop: Shop, tmp_path: Path, passphrase: str) -> None:
    made = back_up(shop.project, passphrase)
    assert made.is_encrypted == bool(passphrase)
    assert made.folder.parent == shop.root / "backups"
    if passphrase:
        assert b"paper" not in (made.folder / "backup.tar.age").read_bytes()
    restored = restoring.restore(made.folder, tmp_path / "again", passphrase)
    assert [f for f in restored.findings if not f.is_ok] == []
    assert state_of(tmp_path / "again") == state_of(shop.root)
    again = Project(tmp_path / "again")
    assert (again.var / "attachments").is_dir()
    assert sorted(again.catalogue.rules) == sorted(shop.project.catalogue.rules)
    # And it is a project in which work goes on.
    other = Shop(tmp_path / "again", tmp_path / "inbox2")
    assert other.load("stock_movement.csv", HEADER + "S,M2,2025-03-01 10:00:00,P,sale,-1\n").accepted == 1
    other.close()


def test_a_public_key_is_enough_to_encrypt_and_the_secret_one_opens(shop: Shop, tmp_path: Path) -> None:
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    secret = tmp_path / "key.txt"
    secret.write_text(f"# made for a test\n{identity}\n", encoding="utf-8")
    shop.configure(f'[backup]\nrecipients = ["{identity.to_public()}"]\n')
    made = back_up(shop.project, "")
    assert not (made.folder / "key.age").exists()
    with pytest.raises(InputRefused, match="--identity"):
        restoring.rehearse(made.folder)
    other = tmp_path / "other.txt"
    other.write_text(str(pyrage.x25519.Identity.generate()), encoding="utf-8")
    with pytest.raises(InputRefused, match="another key"):
        restoring.rehearse(made.folder, identity_file=other)
    assert restoring.rehearse(made.folder, identity_file=secret).is_sound
    shop.configure('[backup]\nrecipients = ["ssh-rsa AAAA"]\n')
    with pytest.raises(ConfigurationError, match="age1"):
        back_up(shop.project, "")
    assert len(backups_in(shop.root / "backups")) == 1


def test_a_wrong_passphrase_and_every_kind_of_damage_are_refused(shop: Shop, tmp_path: Path) -> None:
    sealed = back_up(shop.project, "right").folder
    for passphrase in ("", "wrong"):
        with pytest.raises(InputRefused, match="passphrase"):
            restoring.restore(sealed, tmp_path / "x", passphrase)
    shop.now += dt.timedelta(minutes=1)
    plain = back_up(shop.project, "").folder
    for folder, passphrase in ((sealed, "right"), (plain, "")):
        (file,) = folder.glob("backup.tar*")
        whole = file.read_bytes()
        for damaged in (whole[: len(whole) // 2], whole[:-20000], b"", flipped(whole)):
            file.write_bytes(damaged)
            with pytest.raises(InputRefused):
                restoring.restore(folder, tmp_path / "x", passphrase)
            assert not (tmp_path / "x").exists()
        file.write_bytes(whole)
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith(".")) == []
    (tmp_path / "full").mkdir()
    (tmp_path / "full/note").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="something in it"):
        restoring.restore(plain, tmp_path / "full")


def flipped(content: bytes) -> bytes:
    """One bit other, in the middle of the catalogue's pages rather than in the padding of an archive."""
    position = content.find(b"SQLite format 3")
    position = len(content) // 2 if position < 0 else position + 200
    return content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]


def test_nothing_leaves_the_folder_it_is_restored_into(tmp_path: Path) -> None:
    folder = tmp_path / "2026-01-01T000000Z"
    folder.mkdir()
    for name in ("../outside", "/tmp/outside", "a/../../outside"):
        with tarfile.open(folder / "backup.tar", "w") as tar:
            tar.addfile(tarfile.TarInfo(name))
        with pytest.raises(InputRefused, match="no backup"):
            restoring.restore(folder, tmp_path / "x")
    with tarfile.open(folder / "backup.tar", "w") as tar:
        link = tarfile.TarInfo("var")
        link.type, link.linkname = tarfile.SYMTYPE, "/tmp"
        tar.addfile(link)
    with pytest.raises(InputRefused, match="no backup"):
        restoring.restore(folder, tmp_path / "x")


def test_made_while_others_load_it_is_of_one_moment(shop: Shop, tmp_path: Path) -> None:
    """Loads go on all the time; each backup has whole loads only, and what doctor looks at holds."""
    stop = threading.Event()

    def load() -> None:
        other = Shop(shop.root, tmp_path / "inbox3", now=shop.now)
        number = 0
        while not stop.is_set():
            number += 1
            rows = "".join(f"S,L{number}-{i},2025-03-02 09:00:00,P,receipt,1\n" for i in range(50))
            other.load(f"load{number}/stock_movement.csv", HEADER + rows)

    thread = threading.Thread(target=load)
    thread.start()
    try:
        made = []
        for _ in range(2):
            shop.now += dt.timedelta(minutes=1)
            made.append(back_up(shop.project, ""))
    finally:
        stop.set()
        thread.join()
    counts = []
    for number, backup in enumerate(made):
        restored = restoring.restore(backup.folder, tmp_path / f"r{number}")
        assert [f for f in restored.findings if not f.is_ok] == []
        again = Shop(restored.root, tmp_path / "none")
        counts.append(again.one("SELECT count(*) FROM core.stock_movement"))
        again.close()
    assert all((count - 1) % 50 == 0 for count in counts)
    assert counts == sorted(counts)


@pytest.mark.slow
def test_killed_while_it_is_made_there_is_no_half_backup(shop: Shop) -> None:
    work = (
        "import sys; from pathlib import Path; from workbench.backup.making import back_up;"
        "from workbench.project import Project; print('ready', flush=True); back_up(Project(Path(sys.argv[1])), 'x')"
    )
    for number in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", work, str(shop.root)], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
        )
        assert process.stdout is not None
        process.stdout.readline()
        try:
            process.wait(0.05 + 0.1 * number)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
    for backup in backups_in(shop.root / "backups"):
        assert restoring.rehearse(backup.folder, "x").is_sound
    assert shop.load("stock_movement.csv", HEADER + "S,M9,2025-03-01 10:00:00,P,sale,-1\n").accepted == 1


def test_the_newest_of_days_weeks_and_months_are_kept(tmp_path: Path) -> None:
    first = dt.datetime(2025, 1, 1, 2, 30)
    there = [Backup(tmp_path / str(n), first + dt.timedelta(hours=12 * n), 1, False) for n in range(800)]
    left = kept(there, BackupSettings(keep_days=7, keep_weeks=5, keep_months=12))
    assert left[-1] == there[-1]
    days = {b.made_at.date() for b in left}
    last = there[-1].made_at.date()
    assert {last - dt.timedelta(days=n) for n in range(7)} <= days
    assert len({b.made_at.strftime("%Y-%m") for b in left}) == 12
    assert len(left) <= 7 + 5 + 12
    assert kept(there, BackupSettings(keep_days=0, keep_weeks=0, keep_months=0)) == there[-1:]
    assert kept([], BackupSettings()) == []


def test_the_commands_back_up_list_clear_restore_and_rehearse(shop: Shop, tmp_path: Path) -> None:
    shop.configure("[backup]\nkeep_days = 1\nkeep_weeks = 0\nkeep_months = 0\n")
    (shop.root / "backups").mkdir()
    (shop.root / "backups/mine.txt").write_text("not a backup", encoding="utf-8")
    assert shop.run("restore", "--rehearse").code == 2
    assert "没有备份" in shop.run("--lang", "zh", "backup", "--list").err
    assert shop.run("backup").code == 0
    ran = shop.run("--json", "backup")
    assert ran.code == 0, ran.err
    assert len(ran.json["removed"]) == 1
    listed = shop.run("--json", "backup", "--list").json
    assert [Path(b["folder"]) for b in listed] == [Path(ran.json["folder"])]
    assert (shop.root / "backups/mine.txt").exists()
    assert shop.run("restore").code == 2
    ran = shop.run("restore", "--rehearse")
    assert (ran.code, "can be restored" in ran.err) == (0, True)
    ran = shop.run("--json", "restore", "--to", tmp_path / "new")
    assert (ran.code, ran.json["is_sound"]) == (0, True)
    assert shop.run("restore", tmp_path, "--to", tmp_path / "new2").code == 12
    assert clear(shop.root / "backups", BackupSettings()) == []


def test_a_tampered_log_shows_when_it_is_restored(shop: Shop) -> None:
    import sqlite3

    with sqlite3.connect(shop.project.store.path, isolation_level=None) as con:
        con.execute("DROP TRIGGER audit_entry_no_update")
        con.execute("UPDATE audit_entry SET who = 'nobody' WHERE entry_no = 1")
    con.close()
    back_up(shop.project, "")
    ran = shop.run("restore", "--rehearse")
    assert (ran.code, "verify-log" in ran.err) == (14, True)


def test_what_lies_elsewhere_is_said(shop: Shop) -> None:
    shop.configure('[lake]\ndata_path = "s3://bucket/lake"\n')
    assert shop.run("backup").code == 14
    shop.configure('[store]\naddress = "postgresql://team@127.0.0.1/none"\n')
    ran = shop.run("backup")
    assert (ran.code, "pg_dump" in ran.err) == (14, True)


def test_a_run_ends_with_a_backup_and_rehearses_it_now_and_then(shop: Shop) -> None:
    shop.configure("[run]\nsettle_seconds = 0.01\n\n[backup]\nevery_run = true\nrehearse_days = 30\n")
    memory = shop.project.var / "rehearsal.json"
    assert shop.run("run", "--as-of", "2025-03-31", "--fail-on", "never").code == 0
    first = memory.read_text(encoding="utf-8")
    assert len(backups_in(shop.root / "backups")) == 1
    assert shop.run("run", "--as-of", "2025-03-31", "--fail-on", "never").code == 0
    assert memory.read_text(encoding="utf-8") == first
    (shop.root / "backups").rename(shop.root / "elsewhere")
    (shop.root / "backups").write_text("no folder", encoding="utf-8")
    ran = shop.run("--json", "run", "--as-of", "2025-03-31", "--fail-on", "never")
    assert ran.code == 0
    assert ran.json["notes"][-1].startswith("No backup was made")
    assert "backup" in ran.json["seconds"]
