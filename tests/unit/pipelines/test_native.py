"""The words of the native source: every column can be named in both languages, and no word is ambiguous."""

from __future__ import annotations

import re

import pytest

from workbench.casting.texts import normalised_word
from workbench.contracts import Column, Table
from workbench.reading import normalise_header
from workbench.sources import Source, Vocabulary

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def vocabulary(sources: dict[str, Source]) -> Vocabulary:
    words = sources["native"].vocabulary
    assert words is not None
    return words


def words_of(vocabulary: Vocabulary, table: Table, column: Column) -> set[str]:
    """All headers that mean this column in this table, as they are compared."""
    listed = (
        column.name,
        column.title_zh,
        *vocabulary.columns.get(column.name, ()),
        *vocabulary.columns.get(f"{table.name}.{column.name}", ()),
    )
    return {normalise_header(word) for word in listed}


def test_every_column_has_words_of_its_own_in_both_languages(
    vocabulary: Vocabulary, contracts: dict[str, Table]
) -> None:
    for table in contracts.values():
        for column in table.columns.values():
            listed = vocabulary.columns.get(column.name, ())
            chinese = [word for word in listed if CHINESE.search(word)]
            assert chinese, f"{table.name}.{column.name} has no Chinese header"
            assert len(chinese) < len(listed), f"{table.name}.{column.name} has no English header"


def test_no_two_columns_of_a_table_share_a_word(vocabulary: Vocabulary, contracts: dict[str, Table]) -> None:
    for table in contracts.values():
        claimed: dict[str, str] = {}
        for column in table.columns.values():
            for word in words_of(vocabulary, table, column):
                other = claimed.setdefault(word, column.name)
                assert other == column.name, f"{table.name}: {word!r} means {other} and {column.name}"


def test_no_two_tables_share_a_word(vocabulary: Vocabulary, contracts: dict[str, Table]) -> None:
    claimed: dict[str, str] = {}
    for table in contracts.values():
        assert [word for word in vocabulary.tables[table.name] if CHINESE.search(word)]
        for word in (table.name, table.title_zh, *vocabulary.tables[table.name]):
            other = claimed.setdefault(normalise_header(word), table.name)
            assert other == table.name, f"{word!r} names {other} and {table.name}"


def test_words_are_given_for_tables_and_columns_that_exist(vocabulary: Vocabulary, contracts: dict[str, Table]) -> None:
    columns = {c for table in contracts.values() for c in table.columns}
    qualified = {f"{table.name}.{c}" for table in contracts.values() for c in table.columns}
    assert set(vocabulary.tables) == set(contracts)
    assert set(vocabulary.columns) <= columns | qualified
    assert set(vocabulary.values) <= columns | qualified


def test_every_value_is_a_choice_and_every_choice_has_a_chinese_word(
    vocabulary: Vocabulary, contracts: dict[str, Table]
) -> None:
    for key, meanings in vocabulary.values.items():
        table_name, _, column_name = key.rpartition(".")
        tables = [contracts[table_name]] if table_name else list(contracts.values())
        columns = [table.columns[column_name] for table in tables if column_name in table.columns]
        allowed = {choice for column in columns for choice in column.choices}
        if any(column.kind == "flag" for column in columns):
            allowed |= {"true", "false"}
        assert set(meanings.values()) <= allowed, key
    for table in contracts.values():
        for column in table.columns.values():
            for choice in column.choices:
                spoken = [w for w, value in vocabulary.values[column.name].items() if value == choice]
                assert any(CHINESE.search(word) for word in spoken), f"{table.name}.{column.name} {choice}"


def test_values_are_written_as_they_are_compared(vocabulary: Vocabulary) -> None:
    for key, meanings in vocabulary.values.items():
        for word in meanings:
            assert word == normalised_word(word), f"{key}: {word!r}"


@pytest.mark.parametrize(
    ("table", "header", "column"),
    [
        ("receipt_line", "货号", "product_code"),
        ("receipt_line", "貨號", "product_code"),
        ("receipt_line", "商品條碼", "barcode"),
        ("receipt_line", "Item Code", "product_code"),
        ("receipt_line", "SKU", "product_code"),
        ("receipt_line", "数量", "received_qty"),
        ("receipt_line", "到期日", "expiry_date"),
        ("receipt_line", "Exp Date", "expiry_date"),
        ("receipt_line", "*实收数量", "received_qty"),
        ("receipt_line", "單價", "unit_cost"),
        ("receipt_line", "单据编号", "receipt_no"),
        ("purchase_order_line", "单据编号", "po_no"),
        ("stock_movement", "结存", "reported_balance_qty"),
        ("stock_on_hand", "结存数量", "on_hand_qty"),
        ("product", "保质期（天）", "shelf_life_days"),
        ("count_line", "實盤數量", "counted_qty"),
        ("expiry_band", "保质期(天)", "min_shelf_life_days"),
        ("expiry_band", "临期天数", "warn_days"),
    ],
)
def test_headers_of_real_exports(
    vocabulary: Vocabulary, contracts: dict[str, Table], table: str, header: str, column: str
) -> None:
    meant = contracts[table]
    hits = [c.name for c in meant.columns.values() if normalise_header(header) in words_of(vocabulary, meant, c)]
    assert hits == [column]
    assert hits != ["barcode"] or "条码" in header or "條碼" in header


@pytest.mark.parametrize(
    ("column", "word", "value"),
    [
        ("movement_type", "零售", "sale"),
        ("movement_type", "調撥出", "transfer_out"),
        ("movement_type", "盘盈", "count_gain"),
        ("movement_type", "报损", "write_off"),
        ("movement_type", "退货", "sale_return"),
        ("receipt_type", "退货", "return"),
        ("receipt_type", "遗失补录", "late_entry"),
        ("status", "已审核", "approved"),
        ("status", "待審核", "pending"),
        ("status", "驳回", "rejected"),
        ("status", "作废", "cancelled"),
        ("status", "草稿", "draft"),
        ("status", "已完成", "closed"),
        ("receipt_line.status", "已完成", "approved"),
        ("is_active", "停用", "false"),
    ],
)
def test_values_of_real_exports(vocabulary: Vocabulary, column: str, word: str, value: str) -> None:
    assert vocabulary.values[column][normalised_word(word)] == value
