"""Audit log, accounts, proposals and the decisions about them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0002_corrections"
down_revision = "v0001_triage"

_LIVE = "finding_id IS NOT NULL AND status IN ('draft', 'submitted', 'approved', 'applied')"


def upgrade() -> None:
    """Make the tables; the log's refuses every change of what it holds."""
    op.create_table(
        "audit_entry",
        sa.Column("entry_no", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("recorded_at", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("previous_hash", sa.Text, nullable=False),
        sa.Column("entry_hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("entry_no", name="pk_audit_entry"),
    )
    op.create_table(
        "account",
        sa.Column("account_key", sa.Text, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("staff_code", sa.Text, nullable=False),
        sa.Column("full_name", sa.Text, nullable=False),
        sa.Column("roles", sa.Text, nullable=False),
        sa.Column("locations", sa.Text, nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("account_key", name="pk_account"),
    )
    op.create_table(
        "proposal",
        sa.Column("proposal_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("finding_id", sa.Text),
        sa.Column("rule_id", sa.Text),
        sa.Column("evidence_hash", sa.Text),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("reason_code", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("qty_effect", sa.Text, nullable=False),
        sa.Column("amount_effect", sa.Text, nullable=False),
        sa.Column("approvals_needed", sa.Integer, nullable=False),
        sa.Column("proposed_by", sa.Text, nullable=False),
        sa.Column("proposed_person", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("submitted_at", sa.DateTime),
        sa.Column("decided_at", sa.DateTime),
        sa.Column("applied_at", sa.DateTime),
        sa.Column("request_key", sa.Text),
        sa.PrimaryKeyConstraint("proposal_id", name="pk_proposal"),
    )
    op.create_table(
        "proposal_line",
        sa.Column("proposal_id", sa.Integer, nullable=False),
        sa.Column("line_no", sa.Integer, nullable=False),
        sa.Column("location_code", sa.Text, nullable=False),
        sa.Column("product_code", sa.Text, nullable=False),
        sa.Column("batch_no", sa.Text, nullable=False),
        sa.Column("movement_type", sa.Text, nullable=False),
        sa.Column("moved_qty", sa.Text, nullable=False),
        sa.Column("unit_cost", sa.Text),
        sa.Column("occurred_on", sa.Date),
        sa.Column("document_no", sa.Text, nullable=False),
        sa.Column("document_line_no", sa.Text, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("old_value", sa.Text, nullable=False),
        sa.Column("new_value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("proposal_id", "line_no", name="pk_proposal_line"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.proposal_id"], name="fk_proposal_line_proposal"),
    )
    op.create_table(
        "proposal_decision",
        sa.Column("proposal_id", sa.Integer, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("decided_person", sa.Text, nullable=False),
        sa.Column("decided_at", sa.DateTime, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("proposal_id", "level", name="pk_proposal_decision"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.proposal_id"], name="fk_proposal_decision_proposal"),
    )
    op.create_table(
        "proposal_attachment",
        sa.Column("proposal_id", sa.Integer, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("proposal_id", "sha256", name="pk_proposal_attachment"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.proposal_id"], name="fk_proposal_attachment_proposal"),
    )
    op.create_index("uq_proposal_request_key", "proposal", ["request_key"], unique=True)
    live = sa.text(_LIVE)
    op.create_index(
        "uq_proposal_live", "proposal", ["finding_id"], unique=True, sqlite_where=live, postgresql_where=live
    )
    if op.get_bind().dialect.name == "sqlite":
        for event in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER audit_entry_no_{event} BEFORE {event.upper()} ON audit_entry"
                " BEGIN SELECT RAISE(ABORT, 'entries of the audit log are never changed'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'entries of the audit log are never changed'; END $$"
    )
    for event in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER audit_entry_no_{event} BEFORE {event.upper()} ON audit_entry"
            " FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()"
        )
