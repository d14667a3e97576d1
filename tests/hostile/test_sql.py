"""`workbench sql` reads the lake and can do nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

LINES = "receipt_no,line_no,received_qty,received_at\nR1,1,5,2025-01-03\nR2,1,6,2025-01-03\n"


def everything(shop: Any) -> dict[str, int]:
    var = shop.root / "var"
    return {
        str(p.relative_to(var)): p.stat().st_size for p in var.rglob("*") if p.is_file() and "sqlite-" not in p.name
    }


ATTEMPTS = [
    # reading elsewhere
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_blob('VAR/catalog.sqlite')",
    "SELECT * FROM glob('VAR/**')",
    "SELECT * FROM sqlite_scan('VAR/ops.sqlite', 'account')",
    "SELECT (SELECT count(*) FROM read_text('/etc/hostname'))",
    "WITH a AS (SELECT * FROM read_text('/etc/passwd')) SELECT * FROM a",
    "DESCRIBE SELECT * FROM read_text('/etc/passwd')",
    "SELECT getenv('HOME')",
    "SELECT * FROM duckdb_secrets()",
    # writing
    "COPY (SELECT 1) TO '/tmp/x.csv'",
    "COPY (SELECT 1) TO 'VAR/x.csv'",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO 'VAR/x.csv'",
    "EXPLAIN ANALYZE DELETE FROM core.receipt_line",
    "DELETE FROM core.receipt_line",
    "UPDATE core.receipt_line SET received_qty = 0",
    "INSERT INTO core.receipt_line (receipt_no) VALUES ('R9')",
    "DROP TABLE core.receipt_line",
    "CREATE TABLE core.x (a INT)",
    "CREATE TEMP TABLE x (a INT)",
    "ALTER TABLE core.receipt_line ADD COLUMN x INT",
    "TRUNCATE core.receipt_line",
    "SELECT * FROM query('DELETE FROM core.receipt_line')",
    "SELECT * FROM sqlite_query('__ducklake_metadata_lake', 'DELETE FROM ducklake_snapshot RETURNING 1')",
    "DELETE FROM __ducklake_metadata_lake.ducklake_snapshot",
    "SELECT * FROM ducklake_expire_snapshots('lake', older_than => now())",
    "SELECT * FROM ducklake_cleanup_old_files('lake', cleanup_all => true)",
    "SELECT * FROM ducklake_delete_orphaned_files('lake', cleanup_all => true)",
    "SELECT * FROM ducklake_flush_inlined_data('lake')",
    "SELECT * FROM ducklake_merge_adjacent_files('lake')",
    "CALL ducklake_expire_snapshots('lake', older_than => now())",
    "CALL lake.set_commit_message('a', 'b')",
    # changing what can be done
    "ATTACH ':memory:' AS m",
    "ATTACH '/tmp/x.db'",
    "DETACH lake",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET allowed_directories = ['/']",
    "RESET lock_configuration",
    "PRAGMA enable_profiling",
    "USE memory",
    "BEGIN",
    "CREATE SECRET (TYPE s3)",
    "EXPORT DATABASE '/tmp/x'",
    "CHECKPOINT",
    "VACUUM",
    # several statements, or none
    "SELECT 1; SELECT 2",
    "SELECT 1; DELETE FROM core.receipt_line",
    "SELECT 1; SET enable_external_access = true; SELECT * FROM read_text('/etc/passwd')",
    "",
    "/* nothing */",
]


def test_nothing_but_reading(shop: Any) -> None:
    shop.load("receipt_line.csv", LINES)
    before, files = shop.state(), everything(shop)
    for attempt in ATTEMPTS:
        ran = shop.run("sql", attempt.replace("VAR", str(shop.root / "var")))
        assert ran.code in (2, 12), attempt
        assert ran.out == "", attempt
        assert len(ran.err.strip().splitlines()) == 1, (attempt, ran.err)
        assert "root:" not in ran.err
    assert shop.state() == before
    assert everything(shop) == files


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) AS n FROM core.receipt_line",
        "SELECT count(*) AS n FROM core.receipt_line;",
        "FROM core.receipt_line SELECT count(*) AS n",
        "WITH a AS (SELECT * FROM core.receipt_line) SELECT count(*) AS n FROM a",
        "SELECT count(*) AS n FROM range(2)",
        "SELECT count(*) AS n FROM lake.core.receipt_line -- comment",
    ],
)
def test_reading_is_free(shop: Any, query: str) -> None:
    shop.load("receipt_line.csv", LINES)
    assert shop.run("sql", query, "--json").json == [{"n": 2}]


def test_a_mistake_gets_duckdb_s_own_reason(shop: Any) -> None:
    ran = shop.run("sql", "SELECT nothing FROM core.receipt_line")
    assert ran.code == 12
    assert "nothing" in ran.err


def test_a_project_in_a_folder_with_a_quote(shop: Any, tmp_path: Path) -> None:
    shop.load("receipt_line.csv", LINES)
    shop.close()
    shop.root = shop.root.rename(tmp_path / 'it\'s a "shop"')
    assert shop.run("sql", "SELECT count(*) AS n FROM core.receipt_line", "--json").json == [{"n": 2}]
    assert shop.load("product.csv", "product_code,product_name\nP1,Milk\n").status == "loaded"
