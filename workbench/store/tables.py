"""The tables of the store as the code uses them. Migrations make them; a test holds both together.

A decision in force has no `ended_at`. A unique index on those alone keeps two people from deciding twice.
"""

from __future__ import annotations

from decimal import Decimal

import sqlalchemy as sa

# Names of constraints are written down, so that a later migration can name what it changes on either database.
metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
    }
)


class Exact(sa.types.TypeDecorator[Decimal]):
    """A DECIMAL as text: SQLite would keep it as a floating-point number."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: object) -> str | None:
        """As it is written."""
        return None if value is None else f"{value:f}"

    def process_result_value(self, value: str | None, dialect: object) -> Decimal | None:
        """As it was given."""
        return None if value is None else Decimal(value)


def _ended() -> list[sa.Column[object]]:
    return [sa.Column("ended_by", sa.Text), sa.Column("ended_at", sa.DateTime), sa.Column("ended_reason", sa.Text)]


def _one_in_force(name: str, *columns: str) -> sa.Index:
    in_force = sa.text("ended_at IS NULL")
    return sa.Index(name, *columns, unique=True, sqlite_where=in_force, postgresql_where=in_force)


finding_dismissal = sa.Table(
    "finding_dismissal",
    metadata,
    sa.Column("dismissal_id", sa.Integer, primary_key=True),
    sa.Column("finding_id", sa.Text, nullable=False),
    sa.Column("rule_id", sa.Text, nullable=False),
    # What was looked at when it was dismissed: its hash, and its values, to say later what has changed.
    sa.Column("evidence_hash", sa.Text, nullable=False),
    sa.Column("facts", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("until_date", sa.Date, nullable=False),
    sa.Column("dismissed_by", sa.Text, nullable=False),
    sa.Column("dismissed_at", sa.DateTime, nullable=False),
    *_ended(),
    _one_in_force("uq_finding_dismissal_in_force", "finding_id"),
)

finding_assignment = sa.Table(
    "finding_assignment",
    metadata,
    sa.Column("assignment_id", sa.Integer, primary_key=True),
    sa.Column("finding_id", sa.Text, nullable=False),
    sa.Column("assigned_to", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("assigned_by", sa.Text, nullable=False),
    sa.Column("assigned_at", sa.DateTime, nullable=False),
    *_ended(),
    _one_in_force("uq_finding_assignment_in_force", "finding_id"),
)

known_good = sa.Table(
    "known_good",
    metadata,
    sa.Column("known_good_id", sa.Integer, primary_key=True),
    sa.Column("rule_id", sa.Text, nullable=False),
    # A JSON object, column of the finding to value, with its names in order: equal conditions are equal texts.
    sa.Column("conditions", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("until_date", sa.Date, nullable=False),
    sa.Column("added_by", sa.Text, nullable=False),
    sa.Column("added_at", sa.DateTime, nullable=False),
    *_ended(),
    _one_in_force("uq_known_good_in_force", "rule_id", "conditions"),
)

# Each entry holds the seal of the one before: see `audit`. Times are text, as they were sealed.
audit_entry = sa.Table(
    "audit_entry",
    metadata,
    sa.Column("entry_no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("recorded_at", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("before", sa.Text, nullable=False),
    sa.Column("after", sa.Text, nullable=False),
    sa.Column("previous_hash", sa.Text, nullable=False),
    sa.Column("entry_hash", sa.Text, nullable=False),
)

account = sa.Table(
    "account",
    metadata,
    # The name as it is compared.
    sa.Column("account_key", sa.Text, primary_key=True),
    sa.Column("user_name", sa.Text, nullable=False),
    sa.Column("staff_code", sa.Text, nullable=False),
    sa.Column("full_name", sa.Text, nullable=False),
    sa.Column("roles", sa.Text, nullable=False),
    sa.Column("locations", sa.Text, nullable=False),
    sa.Column("is_active", sa.Boolean, nullable=False),
)

proposal = sa.Table(
    "proposal",
    metadata,
    sa.Column("proposal_id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    # draft, submitted, approved, rejected, withdrawn, applied, verified
    sa.Column("status", sa.Text, nullable=False),
    # The finding it answers, if any, and what of it was looked at.
    sa.Column("finding_id", sa.Text),
    sa.Column("rule_id", sa.Text),
    sa.Column("evidence_hash", sa.Text),
    sa.Column("evidence", sa.Text, nullable=False),
    sa.Column("reason_code", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    # Effects on the books: base units, and money at cost.
    sa.Column("qty_effect", Exact, nullable=False),
    sa.Column("amount_effect", Exact, nullable=False),
    sa.Column("approvals_needed", sa.Integer, nullable=False),
    sa.Column("proposed_by", sa.Text, nullable=False),
    # The person behind the account: the maker, who is never the checker.
    sa.Column("proposed_person", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime, nullable=False),
    sa.Column("submitted_at", sa.DateTime),
    sa.Column("decided_at", sa.DateTime),
    sa.Column("applied_at", sa.DateTime),
    # Sent along by who proposes, so that a double click proposes once.
    sa.Column("request_key", sa.Text),
    sa.Index("uq_proposal_request_key", "request_key", unique=True),
    sa.Index(
        "uq_proposal_live",
        "finding_id",
        unique=True,
        sqlite_where=sa.text("finding_id IS NOT NULL AND status IN ('draft', 'submitted', 'approved', 'applied')"),
        postgresql_where=sa.text("finding_id IS NOT NULL AND status IN ('draft', 'submitted', 'approved', 'applied')"),
    ),
)

proposal_line = sa.Table(
    "proposal_line",
    metadata,
    sa.Column("proposal_id", sa.Integer, sa.ForeignKey("proposal.proposal_id"), primary_key=True),
    sa.Column("line_no", sa.Integer, primary_key=True),
    sa.Column("location_code", sa.Text, nullable=False),
    sa.Column("product_code", sa.Text, nullable=False),
    sa.Column("batch_no", sa.Text, nullable=False),
    sa.Column("movement_type", sa.Text, nullable=False),
    sa.Column("moved_qty", Exact, nullable=False),
    sa.Column("unit_cost", Exact),
    sa.Column("occurred_on", sa.Date),
    sa.Column("document_no", sa.Text, nullable=False),
    sa.Column("document_line_no", sa.Text, nullable=False),
    # What a field of a document or of master data says and should say.
    sa.Column("field", sa.Text, nullable=False),
    sa.Column("old_value", sa.Text, nullable=False),
    sa.Column("new_value", sa.Text, nullable=False),
)

proposal_decision = sa.Table(
    "proposal_decision",
    metadata,
    sa.Column("proposal_id", sa.Integer, sa.ForeignKey("proposal.proposal_id"), primary_key=True),
    sa.Column("level", sa.Integer, primary_key=True),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("decided_by", sa.Text, nullable=False),
    sa.Column("decided_person", sa.Text, nullable=False),
    sa.Column("decided_at", sa.DateTime, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
)

proposal_attachment = sa.Table(
    "proposal_attachment",
    metadata,
    sa.Column("proposal_id", sa.Integer, sa.ForeignKey("proposal.proposal_id"), primary_key=True),
    sa.Column("sha256", sa.Text, primary_key=True),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
)

# One message to one channel: written before it is sent, so that one who was stopped in between leaves a trace.
alert_message = sa.Table(
    "alert_message",
    metadata,
    sa.Column("message_id", sa.Integer, primary_key=True),
    sa.Column("channel", sa.Text, nullable=False),
    # The channel that failed and in whose place this one was used; else the channel itself.
    sa.Column("meant_for", sa.Text, nullable=False),
    # digest, at_once, escalation, test
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("begun_at", sa.DateTime, nullable=False),
    sa.Column("sent_at", sa.DateTime),
    # sending, sent, failed, interrupted
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
)

# What a message told: a finding by its number, an escalated one, a trouble of a run; `epoch` says which time it was.
alert_item = sa.Table(
    "alert_item",
    metadata,
    sa.Column("message_id", sa.Integer, sa.ForeignKey("alert_message.message_id"), primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("epoch", sa.Text, primary_key=True),
    sa.Index("ix_alert_item_subject", "subject"),
)

finding_acknowledgement = sa.Table(
    "finding_acknowledgement",
    metadata,
    sa.Column("finding_id", sa.Text, primary_key=True),
    # Acknowledged as it stood open then: when it comes back it is news again.
    sa.Column("epoch", sa.Text, primary_key=True),
    sa.Column("acknowledged_by", sa.Text, nullable=False),
    sa.Column("acknowledged_at", sa.DateTime, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
)
