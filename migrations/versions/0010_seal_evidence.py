"""seal evidence

A signature may rest on paper or on a certificate: what was handed in waits in
`signed_papers` until the signer confirms it, and the signature names its file.

An office's own words in its documents are kept by version, and with each plan
the words with which it was issued.

The journal gets checkpoints, and a wall: triggers by which the database itself
refuses to change or remove entries and checkpoints, whoever asks. A migration
that copies one of these tables (SQLite) must build the wall again.

The level above and the discipline body leave their traces: hand-overs, spot
checks, consequences, packages uploaded; a delivery may be withdrawn.

What a conclusion rests on is sealed by record; what differs later is a drift,
and a justified change moves the seal. Cases concluded before this have no seal
until the next import, which seals them as they are registered then.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


WALLED = ("journal_entries", "journal_checkpoints")
REFUSED = "journal rows are never changed or removed"


def upgrade():
    _add_signed_papers()
    _add_checkpoints()
    _add_wordings()
    _build_walls()
    _add_oversight()
    _add_drifts()


def downgrade():
    _drop_drifts()
    _drop_oversight()
    _take_down_walls()
    _drop_wordings()
    _drop_checkpoints()
    _drop_signed_papers()


def _add_signed_papers():
    op.create_table(
        "signed_papers",
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.String(length=64), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("manifest_hash", sa.String(length=64), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("bound_by", sa.String(length=64), nullable=False),
        sa.Column("handed_in_at", MOMENT, nullable=False),
        sa.Column("handed_in_by_id", sa.Integer(), nullable=False),
        sa.Column("replaced_at", MOMENT, nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_signed_papers_file_id")),
        sa.ForeignKeyConstraint(["handed_in_by_id"], ["persons.id"], name=op.f("fk_signed_papers_handed_in_by_id")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_signed_papers_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_papers")),
        sa.UniqueConstraint("ref", name=op.f("uq_signed_papers_ref")),
    )
    op.create_index(op.f("ix_signed_papers_report_id"), "signed_papers", ["report_id"])
    with op.batch_alter_table("signatures") as table:
        table.add_column(sa.Column("file_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("certificate", JSON, nullable=False, server_default="{}"))
        table.add_column(sa.Column("level", sa.String(length=64), nullable=False, server_default=""))
        table.create_foreign_key(op.f("fk_signatures_file_id"), "files", ["file_id"], ["id"])


def _drop_signed_papers():
    with op.batch_alter_table("signatures") as table:
        table.drop_constraint(op.f("fk_signatures_file_id"), type_="foreignkey")
        for column in ("level", "certificate", "file_id"):
            table.drop_column(column)
    op.drop_table("signed_papers")


def _add_checkpoints():
    op.create_table(
        "journal_checkpoints",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("peaks", JSON, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_checkpoints")),
        sa.UniqueConstraint(
            "organisation_id", "chain", "size", name=op.f("uq_journal_checkpoints_organisation_id_chain_size")
        ),
    )
    op.create_table(
        "legal_holds",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_at", MOMENT, nullable=False),
        sa.Column("placed_by", sa.String(length=64), nullable=False),
        sa.Column("lifted_at", MOMENT, nullable=True),
        sa.Column("lifted_by", sa.String(length=64), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
    )
    standing = sa.text("lifted_at IS NULL")
    op.create_index(
        "uq_legal_holds_standing",
        "legal_holds",
        ["organisation_id", "subject"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )


def _drop_checkpoints():
    op.drop_table("legal_holds")
    op.drop_table("journal_checkpoints")


def _add_wordings():
    op.create_table(
        "report_wordings",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("texts", JSON, nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_report_wordings_organisation_id")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_report_wordings_round_id")),
        sa.ForeignKeyConstraint(["saved_by_id"], ["persons.id"], name=op.f("fk_report_wordings_saved_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_wordings")),
        sa.UniqueConstraint(
            "organisation_id", "round_id", "version", name=op.f("uq_report_wordings_organisation_id_round_id_version")
        ),
    )
    with op.batch_alter_table("plans") as table:
        table.add_column(sa.Column("wording", JSON, nullable=False, server_default="{}"))


def _drop_wordings():
    with op.batch_alter_table("plans") as table:
        table.drop_column("wording")
    op.drop_table("report_wordings")


def _build_walls():
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'insufficient_privilege'; END $$"
        )
        for table in WALLED:  # for each statement: TRUNCATE knows no rows, and ON CONFLICT DO UPDATE is one too
            op.execute(
                f"CREATE TRIGGER {table}_wall BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse()"
            )
        return
    for table, key in zip(WALLED, ("seq", "size"), strict=True):
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_wall_{deed.lower()} BEFORE {deed} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
            )
        # INSERT OR REPLACE removes the row that stood there without a word to the trigger on DELETE.
        place = " AND ".join(f"{column} = NEW.{column}" for column in ("organisation_id", "chain", key))
        known = f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"  # noqa: S608 - our own words
        taken = f"EXISTS (SELECT 1 FROM {table} WHERE {place})"  # noqa: S608
        op.execute(
            f"CREATE TRIGGER {table}_wall_replace BEFORE INSERT ON {table} WHEN {known} OR {taken}"
            f" BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        )


def _take_down_walls():
    if op.get_bind().dialect.name == "postgresql":
        for table in WALLED:
            op.execute(f"DROP TRIGGER {table}_wall ON {table}")
        op.execute("DROP FUNCTION journal_refuse()")
        return
    for table in WALLED:
        for deed in ("update", "delete", "replace"):
            op.execute(f"DROP TRIGGER {table}_wall_{deed}")


def _add_oversight():
    with op.batch_alter_table("filings") as table:
        table.add_column(sa.Column("withdrawn_at", MOMENT, nullable=True))
        table.add_column(sa.Column("withdraw_reason", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "case_hand_overs",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("left_id", sa.Integer(), nullable=False),
        sa.Column("went_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_case_hand_overs_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_hand_overs_case_id")),
        sa.ForeignKeyConstraint(["left_id"], ["organisations.id"], name=op.f("fk_case_hand_overs_left_id")),
        sa.ForeignKeyConstraint(["went_id"], ["organisations.id"], name=op.f("fk_case_hand_overs_went_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_hand_overs")),
    )
    op.create_index(op.f("ix_case_hand_overs_case_id"), "case_hand_overs", ["case_id"])
    op.create_index(op.f("ix_case_hand_overs_left"), "case_hand_overs", ["left_id", "at"])
    op.create_table(
        "spot_checks",
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("population_hash", sa.String(length=64), nullable=False),
        sa.Column("drawn_at", MOMENT, nullable=False),
        sa.Column("drawn_by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["drawn_by_id"], ["persons.id"], name=op.f("fk_spot_checks_drawn_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_spot_checks_organisation_id")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_spot_checks_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spot_checks")),
        sa.UniqueConstraint("ref", name=op.f("uq_spot_checks_ref")),
    )
    op.create_index(op.f("ix_spot_checks_organisation"), "spot_checks", ["organisation_id", "round_id"])
    op.create_table(
        "spot_checked_cases",
        sa.Column("spot_check_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_spot_checked_cases_case_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["persons.id"], name=op.f("fk_spot_checked_cases_decided_by_id")),
        sa.ForeignKeyConstraint(
            ["spot_check_id"], ["spot_checks.id"], name=op.f("fk_spot_checked_cases_spot_check_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spot_checked_cases")),
        sa.UniqueConstraint("spot_check_id", "case_id", name=op.f("uq_spot_checked_cases_spot_check_id_case_id")),
    )
    op.create_index(op.f("ix_spot_checked_cases_case_id"), "spot_checked_cases", ["case_id"])
    op.create_table(
        "consequences",
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_consequences_case_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["persons.id"], name=op.f("fk_consequences_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consequences")),
        sa.UniqueConstraint("ref", name=op.f("uq_consequences_ref")),
    )
    op.create_index(op.f("ix_consequences_case_id"), "consequences", ["case_id"])
    op.create_table(
        "uploads",
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["persons.id"], name=op.f("fk_uploads_made_by_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["persons.id"], name=op.f("fk_uploads_recorded_by_id")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_uploads_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
        sa.UniqueConstraint("ref", name=op.f("uq_uploads_ref")),
    )
    op.create_index(op.f("ix_uploads_report_id"), "uploads", ["report_id"])


def _drop_oversight():
    for table in ("uploads", "consequences", "spot_checked_cases", "spot_checks", "case_hand_overs"):
        op.drop_table(table)
    with op.batch_alter_table("filings") as table:
        for column in ("withdraw_reason", "withdrawn_at"):
            table.drop_column(column)


def _add_drifts():
    standing = sa.text("lifted_at IS NULL")
    op.create_table(
        "record_seals",
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=True),
        sa.Column("sealed_values", JSON, nullable=False),
        sa.Column("waiting", JSON, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", MOMENT, nullable=False),
        sa.Column("lifted_at", MOMENT, nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_record_seals_case_id")),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_record_seals_record_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name=op.f("fk_record_seals_revision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_seals")),
        sa.UniqueConstraint("ref", name=op.f("uq_record_seals_ref")),
    )
    only = {"sqlite_where": standing, "postgresql_where": standing}
    op.create_index("ix_record_seals_standing", "record_seals", ["case_id", "record_id"], unique=True, **only)
    op.create_index("ix_record_seals_record", "record_seals", ["record_id"], **only)
    op.create_index(op.f("ix_record_seals_case_id"), "record_seals", ["case_id"])
    op.create_table(
        "drifts",
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("asks_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("state_before", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("changes", JSON, nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("operator_role", sa.Text(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=True),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("justified_at", MOMENT, nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["asks_id"], ["cases.id"], name=op.f("fk_drifts_asks_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_drifts_case_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_drifts_organisation_id")),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_drifts_record_id")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_drifts_round_id")),
        sa.ForeignKeyConstraint(["seal_id"], ["record_seals.id"], name=op.f("fk_drifts_seal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drifts")),
        sa.UniqueConstraint("ref", name=op.f("uq_drifts_ref")),
    )
    op.create_index("ix_drifts_organisation", "drifts", ["organisation_id", "round_id", "id"])
    for column in ("seal_id", "case_id", "asks_id", "record_id"):
        op.create_index(op.f(f"ix_drifts_{column}"), "drifts", [column])
    op.create_table(
        "justified_changes",
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("drift_id", sa.Integer(), nullable=True),
        sa.Column("changes", JSON, nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["persons.id"], name=op.f("fk_justified_changes_asked_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_justified_changes_case_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["persons.id"], name=op.f("fk_justified_changes_decided_by_id")),
        sa.ForeignKeyConstraint(["drift_id"], ["drifts.id"], name=op.f("fk_justified_changes_drift_id")),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_justified_changes_file_id")),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_justified_changes_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_justified_changes")),
        sa.UniqueConstraint("ref", name=op.f("uq_justified_changes_ref")),
    )
    for column in ("case_id", "record_id", "drift_id"):
        op.create_index(op.f(f"ix_justified_changes_{column}"), "justified_changes", [column])


def _drop_drifts():
    for table in ("justified_changes", "drifts", "record_seals"):
        op.drop_table(table)
