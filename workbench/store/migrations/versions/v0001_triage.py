"""Dismissals, assignments and lists of what is known to be good."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0001_triage"
down_revision = None


def upgrade() -> None:
    """Make the three tables, each with its unique index over what is in force."""
    op.create_table(
        "finding_dismissal",
        sa.Column("dismissal_id", sa.Integer, nullable=False),
        sa.Column("finding_id", sa.Text, nullable=False),
        sa.Column("rule_id", sa.Text, nullable=False),
        sa.Column("evidence_hash", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("until_date", sa.Date, nullable=False),
        sa.Column("dismissed_by", sa.Text, nullable=False),
        sa.Column("dismissed_at", sa.DateTime, nullable=False),
        *_ended(),
        sa.PrimaryKeyConstraint("dismissal_id", name="pk_finding_dismissal"),
    )
    _one_in_force("finding_dismissal", "finding_id")
    op.create_table(
        "finding_assignment",
        sa.Column("assignment_id", sa.Integer, nullable=False),
        sa.Column("finding_id", sa.Text, nullable=False),
        sa.Column("assigned_to", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("assigned_by", sa.Text, nullable=False),
        sa.Column("assigned_at", sa.DateTime, nullable=False),
        *_ended(),
        sa.PrimaryKeyConstraint("assignment_id", name="pk_finding_assignment"),
    )
    _one_in_force("finding_assignment", "finding_id")
    op.create_table(
        "known_good",
        sa.Column("known_good_id", sa.Integer, nullable=False),
        sa.Column("rule_id", sa.Text, nullable=False),
        sa.Column("conditions", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("until_date", sa.Date, nullable=False),
        sa.Column("added_by", sa.Text, nullable=False),
        sa.Column("added_at", sa.DateTime, nullable=False),
        *_ended(),
        sa.PrimaryKeyConstraint("known_good_id", name="pk_known_good"),
    )
    _one_in_force("known_good", "rule_id", "conditions")


def _ended() -> list[sa.Column[object]]:
    return [sa.Column("ended_by", sa.Text), sa.Column("ended_at", sa.DateTime), sa.Column("ended_reason", sa.Text)]


def _one_in_force(table: str, *columns: str) -> None:
    in_force = sa.text("ended_at IS NULL")
    op.create_index(
        f"uq_{table}_in_force",
        table,
        list(columns),
        unique=True,
        sqlite_where=in_force,
        postgresql_where=in_force,
    )
