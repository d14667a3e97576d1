"""The tables of the store as the code uses them. Migrations make them; a test holds both together.

A decision in force has no `ended_at`. A unique index on those alone keeps two people from deciding twice.
"""

from __future__ import annotations

import sqlalchemy as sa

# Names of constraints are written down, so that a later migration can name what it changes on either database.
metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)


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
