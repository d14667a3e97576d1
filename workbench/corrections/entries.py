"""How the adjusting entries that are in force come into each core table: the SQL of that table as corrected.

A changed field goes wherever its document shows the old value: on the receipt and on the movements it made alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.proposals.documents import DOCUMENTS, Document, is_about, number_of

if TYPE_CHECKING:
    import duckdb

IN_FORCE = (
    "(SELECT * FROM core.adjustment AS e WHERE e.entry = 'applied' AND NOT EXISTS"
    " (SELECT 1 FROM core.adjustment AS r WHERE r.reverses_adjustment_id = e.adjustment_id))"
)
# A leg of a transfer goes under the transfer's number; anything else under that of the proposal.
MOVED = f"""
SELECT location_code, adjustment_id AS movement_id, occurred_at, recorded_at, product_code,
    NULLIF(batch_no, '') AS batch_no, movement_type, moved_qty, unit_cost,
    CASE WHEN kind = 'complete_transfer' AND document_no <> '' THEN document_no ELSE 'P' || proposal_id END
        AS document_no,
    line_no AS document_line_no, proposed_by AS operator, reason
FROM {IN_FORCE}
WHERE moved_qty <> 0
"""
# A re-entered receipt is a late entry; its number is that of the proposal.
REENTERED = f"""
SELECT location_code, 'P' || proposal_id AS receipt_no, line_no, 'late_entry' AS receipt_type, product_code,
    NULLIF(batch_no, '') AS batch_no, moved_qty AS received_qty, unit_cost, occurred_at AS received_at, recorded_at,
    document_no AS delivery_note_no, 'approved' AS status, proposed_by AS created_by, approved_by, reason AS note
FROM {IN_FORCE}
WHERE kind = 'reenter_receipt'
"""
_VOIDED = f"(SELECT location_code, document_no FROM {IN_FORCE} WHERE kind = 'void_receipt')"
_IS_VOIDED = f"(location_code, receipt_no) IN {_VOIDED}"
_WITHOUT_VOIDED = f"""
SELECT * REPLACE (CASE WHEN {_IS_VOIDED} THEN 'cancelled' ELSE status END AS status) FROM {{source}}
"""
# A report of stock is no document, and nobody restates it. Under a code that no product has it speaks of the goods that
# the documents there were corrected to, where they were all corrected to the same.
_RENAMED = f"""
SELECT location_code, old_value, max(new_value) AS new_value FROM {IN_FORCE}
WHERE field = 'product_code' AND old_value <> '' AND new_value <> ''
    AND upper(old_value) NOT IN (SELECT upper(product_code) FROM core.product)
GROUP BY ALL HAVING count(DISTINCT new_value) = 1
"""
_REPORTED = f"""
SELECT t.* REPLACE (coalesce(n.new_value, t.product_code) AS product_code, sum(t.on_hand_qty) AS on_hand_qty,
    sum(t.on_hand_amount) AS on_hand_amount, min(t.file_id) AS file_id, min(t.row_no) AS row_no)
FROM core.stock_on_hand AS t
LEFT JOIN ({_RENAMED}) AS n ON n.location_code = t.location_code AND n.old_value = t.product_code
GROUP BY t.as_of_date, t.location_code, coalesce(n.new_value, t.product_code), t.batch_no
"""


def corrected_tables(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """SQL of every core table in which some entry shows, by its name in the schema."""
    tables = {}
    for document in DOCUMENTS:
        if _holds(con, f"SELECT 1 FROM core.{document.table} AS t WHERE {_is_meant(document)}"):
            tables[document.table] = changed_fields(document)
    if _holds(con, f"SELECT 1 FROM core.receipt_line WHERE {_IS_VOIDED}"):
        source = f"({tables['receipt_line']})" if "receipt_line" in tables else "core.receipt_line"
        tables["receipt_line"] = _WITHOUT_VOIDED.format(source=source)
    if _holds(con, f"SELECT 1 FROM core.stock_on_hand JOIN ({_RENAMED}) ON old_value = product_code"):
        tables["stock_on_hand"] = _REPORTED
    for table, added in (("stock_movement", MOVED), ("receipt_line", REENTERED)):
        if _holds(con, added):
            tables[table] = f"{tables.get(table, f'SELECT * FROM core.{table}')} UNION ALL BY NAME {added}"
    return tables


def changed_fields(document: Document) -> str:
    """SQL of a core table with its fields as they were corrected. Of two corrections of a field the later stands."""
    values = ", ".join(
        f"coalesce(CAST({_newest(document, name)} AS {kind}), t.{column}) AS {column}"
        for name, (column, kind) in document.fields.items()
    )
    meant = _is_meant(document)
    return (
        f"SELECT * FROM core.{document.table} AS t WHERE NOT ({meant})"
        f" UNION ALL BY NAME SELECT t.* REPLACE ({values}) FROM core.{document.table} AS t WHERE {meant}"
    )


def _newest(document: Document, name: str) -> str:
    column, kind = document.fields[name]
    return (
        f"(SELECT max_by(c.new_value, (c.proposal_id, c.line_no)) FROM {IN_FORCE} AS c"
        f" WHERE {is_about(document, name)} AND (c.old_value = ''"
        f" OR TRY_CAST(c.old_value AS {kind}) IS NOT DISTINCT FROM t.{column}))"
    )


def _is_meant(document: Document) -> str:
    """Rows of documents or batches that some entry names: few, so that the rest is passed on as it is."""
    names = ", ".join(f"'{name}'" for name in document.fields)
    entries = f"FROM {IN_FORCE} AS c WHERE c.field IN ({names})"
    meant = []
    if document.number:
        meant.append(f"coalesce({number_of(document)}, '') IN (SELECT c.document_no {entries} AND c.document_no <> '')")
    if document.is_of_batch:
        batches = f"SELECT c.product_code, c.batch_no {entries} AND c.field = 'expiry_date' AND c.batch_no <> ''"
        meant.append(f"(coalesce(t.product_code, ''), coalesce(t.batch_no, '')) IN ({batches})")
    return " OR ".join(meant)


def _holds(con: duckdb.DuckDBPyConnection, question: str) -> bool:
    return con.execute(f"SELECT EXISTS ({question})").fetchone() == (True,)
