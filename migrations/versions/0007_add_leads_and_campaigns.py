"""add leads and campaigns

Messages may go to graduates, timers may be about leads, answers may come from
the graduate's own page. SQLite copies a table to change such things; `env.py`
keeps its foreign keys quiet meanwhile.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
OF_A_WAVE = sa.text("wave_id IS NOT NULL")
ONE_ADDRESSEE = "(person_id IS NULL) <> (record_id IS NULL)"
TWO_SUBJECTS = "(case_id IS NULL) <> (report_id IS NULL)"
THREE_SUBJECTS = (
    "(case_id IS NOT NULL AND report_id IS NULL AND lead_id IS NULL)"
    " OR (case_id IS NULL AND report_id IS NOT NULL AND lead_id IS NULL)"
    " OR (case_id IS NULL AND report_id IS NULL AND lead_id IS NOT NULL)"
)
TWO_KEYS, THREE_KEYS = (
    "uq_timers_case_key_report_key_clock_rung_due_on",
    "uq_timers_case_key_report_key_lead_key_clock_rung_due_on",
)
NEW_TABLES = (
    "campaigns",
    "lead_counters",
    "leads",
    "campaign_recipients",
    "campaign_waves",
    "case_leads",
    "contact_tasks",
    "graduate_contacts",
    "lead_drafts",
    "lead_files",
    "lead_items",
    "lead_pairs",
    "lead_steps",
    "lead_talks",
    "mails_seen",
    "answer_links",
    "answer_codes",
)
"""In the order in which they are made; they are dropped in the other."""


def upgrade():
    _make_tables()
    op.add_column("revisions", sa.Column("email_index", sa.String(length=64), nullable=True))
    for column in ("phone_index", "email_index"):
        op.create_index(op.f(f"ix_revisions_{column}"), "revisions", [column])
    op.add_column("batches", sa.Column("given", JSON, nullable=False, server_default="{}"))
    with op.batch_alter_table("confirmations") as table:
        table.add_column(sa.Column("source", sa.String(length=64), nullable=False, server_default="national"))
        table.add_column(sa.Column("verified", sa.Boolean(), nullable=False, server_default=sa.true()))
        table.add_column(sa.Column("words", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("answered_at", MOMENT, nullable=True))
        table.alter_column("batch_id", existing_type=sa.Integer(), nullable=True)
    uploaded = "(SELECT uploaded_at FROM batches WHERE batches.id = confirmations.batch_id)"
    op.execute(f"UPDATE confirmations SET answered_at = {uploaded}")  # noqa: S608 - our own words
    with op.batch_alter_table("confirmations") as table:
        table.alter_column("answered_at", existing_type=MOMENT, nullable=False)
    with op.batch_alter_table("cases") as table:
        table.add_column(sa.Column("sealed", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("messages") as table:
        for column, target in (("record_id", "records"), ("wave_id", "campaign_waves"), ("lead_id", "leads")):
            table.add_column(sa.Column(column, sa.Integer(), nullable=True))
            table.create_foreign_key(op.f(f"fk_messages_{column}"), target, [column], ["id"])
        table.alter_column("person_id", existing_type=sa.Integer(), nullable=True)
        table.create_check_constraint(op.f("ck_messages_one_addressee"), ONE_ADDRESSEE)
    op.create_index(op.f("ix_messages_record_id"), "messages", ["record_id"])
    op.create_index(op.f("ix_messages_lead_id"), "messages", ["lead_id"])
    op.create_index(
        "ix_messages_wave", "messages", ["wave_id", "state"], sqlite_where=OF_A_WAVE, postgresql_where=OF_A_WAVE
    )
    op.create_index(
        "ix_messages_told", "messages", ["wave_id", "id"], sqlite_where=OF_A_WAVE, postgresql_where=OF_A_WAVE
    )
    with op.batch_alter_table("timers") as table:
        table.add_column(sa.Column("lead_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("lead_key", sa.Integer(), nullable=False, server_default="0"))
        table.create_foreign_key(op.f("fk_timers_lead_id"), "leads", ["lead_id"], ["id"])
        table.drop_constraint(op.f(TWO_KEYS), type_="unique")
        table.create_unique_constraint(THREE_KEYS, ["case_key", "report_key", "lead_key", "clock", "rung", "due_on"])
        table.drop_constraint(op.f("ck_timers_one_subject"), type_="check")
        table.create_check_constraint(op.f("ck_timers_one_subject"), THREE_SUBJECTS)
    op.create_index(op.f("ix_timers_lead_id"), "timers", ["lead_id"])


def downgrade():
    op.execute("DELETE FROM timers WHERE lead_id IS NOT NULL")
    op.drop_index(op.f("ix_timers_lead_id"), "timers")
    with op.batch_alter_table("timers") as table:
        table.drop_constraint(op.f("ck_timers_one_subject"), type_="check")
        table.create_check_constraint(op.f("ck_timers_one_subject"), TWO_SUBJECTS)
        table.drop_constraint(op.f(THREE_KEYS), type_="unique")
        table.create_unique_constraint(op.f(TWO_KEYS), ["case_key", "report_key", "clock", "rung", "due_on"])
        table.drop_constraint(op.f("fk_timers_lead_id"), type_="foreignkey")
        table.drop_column("lead_key")
        table.drop_column("lead_id")
    op.execute("DELETE FROM message_events WHERE message_id IN (SELECT id FROM messages WHERE person_id IS NULL)")
    op.execute("DELETE FROM messages WHERE person_id IS NULL")
    op.drop_index("ix_messages_told", "messages")
    op.drop_index("ix_messages_wave", "messages")
    op.drop_index(op.f("ix_messages_lead_id"), "messages")
    op.drop_index(op.f("ix_messages_record_id"), "messages")
    with op.batch_alter_table("messages") as table:
        table.drop_constraint(op.f("ck_messages_one_addressee"), type_="check")
        table.alter_column("person_id", existing_type=sa.Integer(), nullable=False)
        for column in ("lead_id", "wave_id", "record_id"):
            table.drop_constraint(op.f(f"fk_messages_{column}"), type_="foreignkey")
            table.drop_column(column)
    with op.batch_alter_table("cases") as table:
        table.drop_column("sealed")
    op.execute("DELETE FROM confirmations WHERE batch_id IS NULL")
    with op.batch_alter_table("confirmations") as table:
        table.alter_column("batch_id", existing_type=sa.Integer(), nullable=False)
        for column in ("answered_at", "words", "verified", "source"):
            table.drop_column(column)
    op.drop_column("batches", "given")
    for column in ("email_index", "phone_index"):
        op.drop_index(op.f(f"ix_revisions_{column}"), "revisions")
    op.drop_column("revisions", "email_index")
    for name in reversed(NEW_TABLES):
        op.drop_table(name)


def _make_tables():
    op.create_table(
        "campaigns",
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("state_since", MOMENT, nullable=False),
        sa.Column("audience", JSON, nullable=False),
        sa.Column("channels", JSON, nullable=False),
        sa.Column("texts", JSON, nullable=False),
        sa.Column("stop_on", sa.Date(), nullable=False),
        sa.Column("hour_from", sa.Integer(), nullable=False),
        sa.Column("hour_to", sa.Integer(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("canary_share", sa.Double(), nullable=False),
        sa.Column("drafted_by_id", sa.Integer(), nullable=False),
        sa.Column("drafted_at", MOMENT, nullable=False),
        sa.Column("frozen_at", MOMENT, nullable=True),
        sa.Column("audience_hash", sa.String(length=64), nullable=False),
        sa.Column("audience_count", sa.Integer(), nullable=False),
        sa.Column("subtracted", JSON, nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("approved_at", MOMENT, nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("paused_because", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["approved_by_id"], ["persons.id"], name=op.f("fk_campaigns_approved_by_id")),
        sa.ForeignKeyConstraint(["drafted_by_id"], ["persons.id"], name=op.f("fk_campaigns_drafted_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_campaigns_organisation_id")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_campaigns_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("ref", name=op.f("uq_campaigns_ref")),
    )
    op.create_index("ix_campaigns_desk", "campaigns", ["organisation_id", "round_id", "id"])
    op.create_table(
        "lead_counters",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_lead_counters_organisation_id")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_lead_counters_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_counters")),
        sa.UniqueConstraint("organisation_id", "round_id", name=op.f("uq_lead_counters_organisation_id_round_id")),
    )
    op.create_table(
        "leads",
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("concerns_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("external_no", sa.Text(), nullable=True),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("batch_ref", sa.String(length=64), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("reporter", sa.LargeBinary(), nullable=True),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("about", sa.LargeBinary(), nullable=False),
        sa.Column("violations", JSON, nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("state_since", MOMENT, nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("declined_by_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=64), nullable=True),
        sa.Column("same_as_id", sa.Integer(), nullable=True),
        sa.Column("first_reply_at", MOMENT, nullable=True),
        sa.Column("replied_upward_at", MOMENT, nullable=True),
        sa.Column("reply_by", sa.Date(), nullable=True),
        sa.Column("respond_by", MOMENT, nullable=True),
        sa.Column("reply_upward_by", MOMENT, nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("due_clock", sa.String(length=64), nullable=False),
        sa.Column("due_why", JSON, nullable=False),
        sa.Column("receipt_hash", sa.String(length=64), nullable=True),
        sa.Column("statement", JSON, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["concerns_id"], ["organisations.id"], name=op.f("fk_leads_concerns_id")),
        sa.ForeignKeyConstraint(["declined_by_id"], ["persons.id"], name=op.f("fk_leads_declined_by_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["persons.id"], name=op.f("fk_leads_entered_by_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["persons.id"], name=op.f("fk_leads_officer_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_leads_organisation_id")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_leads_round_id")),
        sa.ForeignKeyConstraint(["same_as_id"], ["leads.id"], name=op.f("fk_leads_same_as_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads")),
        sa.UniqueConstraint("number", name=op.f("uq_leads_number")),
        sa.UniqueConstraint(
            "organisation_id",
            "round_id",
            "channel",
            "external_no",
            name=op.f("uq_leads_organisation_id_round_id_channel_external_no"),
        ),
        sa.UniqueConstraint("receipt_hash", name=op.f("uq_leads_receipt_hash")),
    )
    op.create_index(op.f("ix_leads_batch_ref"), "leads", ["batch_ref"])
    op.create_index(op.f("ix_leads_concerns_id"), "leads", ["concerns_id"])
    op.create_index("ix_leads_desk", "leads", ["organisation_id", "state", "due_at", "id"])
    op.create_index("ix_leads_officer", "leads", ["officer_id", "due_at", "id"])
    op.create_index("ix_leads_round", "leads", ["round_id", "due_at", "id"])
    op.create_index(op.f("ix_leads_same_as_id"), "leads", ["same_as_id"])
    op.create_table(
        "campaign_recipients",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("address_key", sa.String(length=64), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_recipients_campaign_id")),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_campaign_recipients_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_recipients")),
        sa.UniqueConstraint("campaign_id", "record_id", name=op.f("uq_campaign_recipients_campaign_id_record_id")),
    )
    op.create_index(op.f("ix_campaign_recipients_record_id"), "campaign_recipients", ["record_id"])
    op.create_index("ix_campaign_recipients_address", "campaign_recipients", ["campaign_id", "address_key"])
    op.create_table(
        "campaign_waves",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("left_out", JSON, nullable=False),
        sa.Column("canary", sa.String(length=64), nullable=False),
        sa.Column("canary_until", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_waves_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_waves")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_campaign_waves_campaign_id_number")),
    )
    op.create_index("ix_campaign_waves_due", "campaign_waves", ["state", "starts_at"])
    op.create_table(
        "case_leads",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("linked_at", MOMENT, nullable=False),
        sa.Column("linked_by_id", sa.Integer(), nullable=True),
        sa.Column("unlinked_at", MOMENT, nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_leads_case_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_case_leads_lead_id")),
        sa.ForeignKeyConstraint(["linked_by_id"], ["persons.id"], name=op.f("fk_case_leads_linked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_leads")),
        sa.UniqueConstraint("case_id", "lead_id", name=op.f("uq_case_leads_case_id_lead_id")),
    )
    op.create_index(op.f("ix_case_leads_lead_id"), "case_leads", ["lead_id"])
    op.create_table(
        "contact_tasks",
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("open_key", sa.Integer(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_contact_tasks_campaign_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["persons.id"], name=op.f("fk_contact_tasks_ended_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_contact_tasks_organisation_id")
        ),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_contact_tasks_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_tasks")),
        sa.UniqueConstraint("record_id", "open_key", name=op.f("uq_contact_tasks_record_id_open_key")),
        sa.UniqueConstraint("ref", name=op.f("uq_contact_tasks_ref")),
    )
    op.create_index(op.f("ix_contact_tasks_campaign_id"), "contact_tasks", ["campaign_id"])
    op.create_index("ix_contact_tasks_desk", "contact_tasks", ["organisation_id", "state", "id"])
    op.create_table(
        "graduate_contacts",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_graduate_contacts_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_graduate_contacts")),
        sa.UniqueConstraint("record_id", "channel", name=op.f("uq_graduate_contacts_record_id_channel")),
    )
    op.create_table(
        "lead_drafts",
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("touched_at", MOMENT, nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_drafts")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_lead_drafts_key_hash")),
    )
    op.create_index(op.f("ix_lead_drafts_touched_at"), "lead_drafts", ["touched_at"])
    op.create_table(
        "lead_files",
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("from_reporter", sa.Boolean(), nullable=False),
        sa.Column("stripped", sa.Boolean(), nullable=False),
        sa.Column("scan", sa.String(length=64), nullable=False),
        sa.Column("warnings", JSON, nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_lead_files_file_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_lead_files_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_files")),
        sa.UniqueConstraint("ref", name=op.f("uq_lead_files_ref")),
    )
    op.create_index(op.f("ix_lead_files_lead_id"), "lead_files", ["lead_id"])
    op.create_table(
        "lead_items",
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("student_no", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("reply_by", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_lead_items_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_items")),
        sa.UniqueConstraint("lead_id", "row_number", name=op.f("uq_lead_items_lead_id_row_number")),
    )
    op.create_index(op.f("ix_lead_items_student_no"), "lead_items", ["student_no"])
    op.create_table(
        "lead_pairs",
        sa.Column("one_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(length=64), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["decided_by_id"], ["persons.id"], name=op.f("fk_lead_pairs_decided_by_id")),
        sa.ForeignKeyConstraint(["one_id"], ["leads.id"], name=op.f("fk_lead_pairs_one_id")),
        sa.ForeignKeyConstraint(["other_id"], ["leads.id"], name=op.f("fk_lead_pairs_other_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_pairs")),
        sa.UniqueConstraint("one_id", "other_id", name=op.f("uq_lead_pairs_one_id_other_id")),
    )
    op.create_index(op.f("ix_lead_pairs_one_id"), "lead_pairs", ["one_id"])
    op.create_index(op.f("ix_lead_pairs_other_id"), "lead_pairs", ["other_id"])
    op.create_table(
        "lead_steps",
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("from_state", sa.String(length=64), nullable=False),
        sa.Column("to_state", sa.String(length=64), nullable=False),
        sa.Column("params", JSON, nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_lead_steps_by_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_lead_steps_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_steps")),
    )
    op.create_index(op.f("ix_lead_steps_lead_id"), "lead_steps", ["lead_id"])
    op.create_table(
        "lead_talks",
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_lead_talks_by_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_lead_talks_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_talks")),
        sa.UniqueConstraint("ref", name=op.f("uq_lead_talks_ref")),
    )
    op.create_index(op.f("ix_lead_talks_lead_id"), "lead_talks", ["lead_id"])
    op.create_table(
        "mails_seen",
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("message_key", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_mails_seen_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails_seen")),
        sa.UniqueConstraint("mailbox", "message_key", name=op.f("uq_mails_seen_mailbox_message_key")),
    )
    op.create_table(
        "answer_links",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=True),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=True),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_answer_links_record_id")),
        sa.ForeignKeyConstraint(["wave_id"], ["campaign_waves.id"], name=op.f("fk_answer_links_wave_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_answer_links_token_hash")),
        sa.UniqueConstraint("wave_id", "record_id", name=op.f("uq_answer_links_wave_id_record_id")),
    )
    op.create_index(op.f("ix_answer_links_record_id"), "answer_links", ["record_id"])
    op.create_table(
        "answer_codes",
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["answer_links.id"], name=op.f("fk_answer_codes_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_codes")),
    )
    op.create_index(op.f("ix_answer_codes_link_id"), "answer_codes", ["link_id"])
