"""gate, quarantine, release, discard as people and schedulers meet them."""

from __future__ import annotations

import pytest

from tests.conftest import REPOSITORY, Shop
from tests.unit.gates.test_door import lines
from workbench.errors import BatchQuarantined, ConfigurationError, InputRefused

pytestmark = pytest.mark.usefixtures("one_court")


def test_from_a_half_export_to_its_release(shop: Shop) -> None:
    assert shop.run("gate").code == ConfigurationError.exit_code
    assert "holds no suite" in shop.run("ingest", "--gate", shop.inbox).err
    (shop.root / "checks" / "suites").symlink_to(REPOSITORY / "checks" / "suites")
    first = shop.file("receipt_line.csv", lines(0, 40))
    assert shop.run("ingest", first).code == 0
    shop.file("receipt_line.csv", lines(0, 20, qty=12))
    assert shop.run("ingest", first).code == 0

    ran = shop.run("--json", "gate")
    assert ran.code == BatchQuarantined.exit_code
    assert [load["status"] for load in ran.json["loads"]] == ["loaded", "held"]
    (held,) = ran.json["quarantine"]
    assert (held["file_id"], held["rows_read"]) == (2, 20)
    failed = [v["figure"] for v in ran.json["verdicts"] if v["verdict"] == "fail"]
    assert failed == ["rows_vs_export"]
    assert ran.err == ""

    assert shop.run("check", "--as-of", "2025-03-31").code == 0
    listed = shop.run("--json", "quarantine").json
    assert [(h["file_id"], h["status"]) for h in listed] == [(2, "held")]
    assert "上一次（rows_vs_export：0.5，≥ 0.7）" in shop.run("--lang", "zh", "--json", "quarantine").json[0]["why"]
    assert "重复导出的行数不少于上一次" in shop.run("--lang", "zh", "gate", "--load", "2").out
    assert shop.run("files").out.count("receipt_line.csv") == 1

    assert shop.run("release", "2").code == 2
    ran = shop.run("--json", "release", "2", "--reason", "half a day", "--as", "li")
    assert (ran.code, ran.json["accepted"], ran.json["released_by"]) == (0, 20, "li")
    assert shop.run("check", "--as-of", "2025-03-31").code == 10
    assert "load.released" in shop.run("log").out
    assert shop.run("discard", "2", "--reason", "x").code == InputRefused.exit_code
    assert "Nothing is in quarantine" in shop.run("quarantine").err
    assert [h["status"] for h in shop.run("--json", "quarantine", "--all").json] == ["released"]


@pytest.mark.slow
def test_ingest_judges_at_once_when_asked_to(shop: Shop) -> None:
    (shop.root / "checks" / "suites").symlink_to(REPOSITORY / "checks" / "suites")
    shop.load("receipt_line.csv", lines(0, 40))
    shop.run("check", "--as-of", "2025-03-31")
    path = shop.file("receipt_line.csv", lines(0, 40, qty=2).replace("R0", "R5") + "合计,,,,70,160.00,\n")
    ran = shop.run("--lang", "zh", "ingest", "--gate", path)
    assert ran.code == BatchQuarantined.exit_code
    assert "已隔离" in ran.err
    assert "received_qty: 70.000 / 80.000" in ran.err
    assert shop.run("--lang", "zh", "discard", "receipt_line.csv", "--reason", "少了", "--as", "li").code == 0
