"""Messages that were sent, what each told, and findings that somebody has acknowledged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0003_alerts"
down_revision = "v0002_corrections"


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "alert_message",
        sa.Column("message_id", sa.Integer, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("meant_for", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("begun_at", sa.DateTime, nullable=False),
        sa.Column("sent_at", sa.DateTime),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_alert_message"),
    )
    op.create_table(
        "alert_item",
        sa.Column("message_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("epoch", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("message_id", "kind", "subject", "epoch", name="pk_alert_item"),
        sa.ForeignKeyConstraint(["message_id"], ["alert_message.message_id"], name="fk_alert_item_alert_message"),
    )
    op.create_index("ix_alert_item_subject", "alert_item", ["subject"])
    op.create_table(
        "finding_acknowledgement",
        sa.Column("finding_id", sa.Text, nullable=False),
        sa.Column("epoch", sa.Text, nullable=False),
        sa.Column("acknowledged_by", sa.Text, nullable=False),
        sa.Column("acknowledged_at", sa.DateTime, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("finding_id", "epoch", name="pk_finding_acknowledgement"),
    )
