import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
import tenants.rowsecurity
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("campaigns", "0001_initial"),
        ("tenants", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Complaint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=120)),
                (
                    "who",
                    models.CharField(
                        blank=True, help_text="Where no number is known: name or address.", max_length=120
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("text", "Their text"),
                            ("web", "A reason they gave"),
                            ("team", "Told to the team"),
                            ("api", "The API"),
                        ],
                        max_length=4,
                    ),
                ),
                ("about", models.CharField(help_text="What set it off, in a few words.", max_length=120)),
                ("words", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("answered", "Answered"), ("closed", "Closed")],
                        default="open",
                        max_length=8,
                    ),
                ),
                (
                    "event_seq",
                    models.BigIntegerField(blank=True, help_text="The opt-out it came with.", null=True),
                ),
                ("message_id", models.BigIntegerField(blank=True, null=True)),
                (
                    "broadcast_ref",
                    models.BigIntegerField(blank=True, help_text="The broadcast it answered.", null=True),
                ),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("due_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "assignee",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="tenants.membership",
                    ),
                ),
                (
                    "phone",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="consent.phonenumber",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.sendernumber",
                    ),
                ),
                (
                    "tenant",
                    tenants.rowsecurity.TenantField(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["tenant", "due_at"],
                        name="conversations_complaint_due",
                    )
                ],
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="conversations_complaint_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="conversations_complaint_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="phone_id", name="complaint_phone_id_same", parent="consent_phonenumber"
                    ),
                    tenants.rowsecurity.SameTenant(
                        column="sender_id", name="complaint_sender_id_same", parent="tenants_sendernumber"
                    ),
                    models.UniqueConstraint(fields=("tenant", "key"), name="conversations_complaint_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ComplaintNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "verb",
                    models.CharField(
                        help_text="opened, note, assigned, answered, closed, reopened", max_length=10
                    ),
                ),
                ("text", models.TextField(blank=True)),
                ("actor_kind", models.CharField(max_length=10)),
                ("actor_id", models.BigIntegerField(blank=True, null=True)),
                ("actor_label", models.CharField(blank=True, max_length=120)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "complaint",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to="conversations.complaint",
                    ),
                ),
                (
                    "tenant",
                    tenants.rowsecurity.TenantField(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="conversations_complaintnote_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="conversations_complaintnote_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="complaint_id",
                        name="complaintnote_complaint_id_same",
                        parent="conversations_complaint",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("event_seq", models.BigIntegerField()),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "opened_at",
                    models.DateTimeField(blank=True, help_text="When a reason came back from it.", null=True),
                ),
                (
                    "phone",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="consent.phonenumber",
                    ),
                ),
                (
                    "tenant",
                    tenants.rowsecurity.TenantField(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["phone", "-made_at"], name="conversations_follow_up_last")],
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="conversations_followup_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="conversations_followup_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="phone_id", name="followup_phone_id_same", parent="consent_phonenumber"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "event_seq"), name="conversations_follow_up_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LearningSettings",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email_on", models.BooleanField(default=False)),
                (
                    "email_every_days",
                    models.PositiveSmallIntegerField(
                        default=90, help_text="A person gets at most one such e-mail in this many days."
                    ),
                ),
                ("survey_on", models.BooleanField(default=False)),
                (
                    "survey_text",
                    models.CharField(
                        blank=True, help_text="Empty: the wording of the house.", max_length=200
                    ),
                ),
                (
                    "survey_hours",
                    models.PositiveSmallIntegerField(
                        default=48, help_text="How long a text counts as an answer."
                    ),
                ),
                (
                    "complaint_days",
                    models.PositiveSmallIntegerField(
                        default=5, help_text="Business days to answer a complaint."
                    ),
                ),
                (
                    "tenant",
                    tenants.rowsecurity.TenantField(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "learning settings",
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="conversations_learningsettings_wall"),
                    models.UniqueConstraint(
                        fields=("tenant", "id"), name="conversations_learningsettings_tid"
                    ),
                    models.UniqueConstraint(fields=("tenant",), name="conversations_one_learning"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reason",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=40)),
                (
                    "label",
                    models.CharField(help_text="As people read it: You text too often.", max_length=80),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "opens_complaint",
                    models.BooleanField(default=False, help_text="Giving it is a complaint to be answered."),
                ),
                ("hidden_at", models.DateTimeField(blank=True, null=True)),
                (
                    "tenant",
                    tenants.rowsecurity.TenantField(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "ordering": ("position", "pk"),
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="conversations_reason_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="conversations_reason_tid"),
                    models.UniqueConstraint(fields=("tenant", "key"), name="conversations_reason_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReasonGiven",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        help_text="event:<ledger number>, survey:<id> or the caller's own.", max_length=120
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("page", "On the unsubscribe page"),
                            ("email", "From the follow-up e-mail"),
                            ("survey", "By text, asked"),
                            ("text", "In the text that opted out"),
                            ("team", "Told to the team"),
                            ("api", "Through the API"),
                        ],
                        max_length=8,
                    ),
                ),
                ("words", models.TextField(blank=True)),
                ("event_seq", models.BigIntegerField(blank=True, null=True)),
                (
                    "broadcast_ref",
                    models.BigIntegerField(blank=True, help_text="The broadcast it answered.", null=True),
                ),
                ("left_at", models.DateTimeField(blank=True, help_text="When they opted out.", null=True)),
                ("given_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "matched_by",
                    models.CharField(
                        blank=True, help_text="Free text: the words that led to the reason.", max_length=60
                    ),
                ),
                (
                    "phone",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="consent.phonenumber",
                    ),
                ),
                (
                    "reason",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="conversations.reason",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.sendernumber",
                    ),
                ),
                (
                    "tenant",
                    tenants.rowsecurity.TenantField(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "reasons given",
                "indexes": [models.Index(fields=["tenant", "-given_at"], name="conversations_reason_recent")],
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="conversations_reasongiven_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="conversations_reasongiven_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="phone_id", name="reasongiven_phone_id_same", parent="consent_phonenumber"
                    ),
                    tenants.rowsecurity.SameTenant(
                        column="reason_id", name="reasongiven_reason_id_same", parent="conversations_reason"
                    ),
                    tenants.rowsecurity.SameTenant(
                        column="sender_id", name="reasongiven_sender_id_same", parent="tenants_sendernumber"
                    ),
                    models.UniqueConstraint(fields=("tenant", "key"), name="conversations_reason_given_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SurveyAsked",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("group_name", models.CharField(blank=True, help_text="The group they left.", max_length=80)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("asked", "Asked"),
                            ("answered", "Answered"),
                            ("refused", "Not sent"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("options", models.JSONField(default=list)),
                (
                    "why_not",
                    models.CharField(
                        blank=True, help_text="The gate's reason for not asking.", max_length=40
                    ),
                ),
                ("message_id", models.BigIntegerField(blank=True, null=True)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("asked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "until",
                    models.DateTimeField(blank=True, help_text="Texts up to then may be answers.", null=True),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "phone",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="consent.phonenumber",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.sendernumber",
                    ),
                ),
                (
                    "tenant",
                    tenants.rowsecurity.TenantField(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "surveys asked",
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="conversations_surveyasked_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="conversations_surveyasked_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="phone_id", name="surveyasked_phone_id_same", parent="consent_phonenumber"
                    ),
                    tenants.rowsecurity.SameTenant(
                        column="sender_id", name="surveyasked_sender_id_same", parent="tenants_sendernumber"
                    ),
                    models.UniqueConstraint(fields=("tenant", "phone"), name="conversations_one_survey"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Bot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("on", "On"), ("off", "Off")],
                        default="draft",
                        max_length=8,
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0)),
                ("version", models.PositiveIntegerField(default=1)),
                ("language", models.CharField(blank=True, max_length=12)),
                (
                    "senders",
                    models.JSONField(blank=True, default=list, help_text="Sender number ids; empty: any."),
                ),
                (
                    "include_groups",
                    models.JSONField(blank=True, default=list, help_text="Group ids; in one of them."),
                ),
                (
                    "exclude_groups",
                    models.JSONField(blank=True, default=list, help_text="Group ids; in none of them."),
                ),
                ("starts_at", models.DateTimeField(blank=True, null=True)),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
                ("hours_from", models.TimeField(blank=True, null=True)),
                ("hours_until", models.TimeField(blank=True, null=True)),
                (
                    "answer_every",
                    models.CharField(
                        choices=[
                            ("always", "every time"),
                            ("hour", "an hour"),
                            ("day", "a day"),
                            ("week", "a week"),
                            ("month", "a month"),
                            ("ever", "ever"),
                        ],
                        default="always",
                        max_length=8,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "tenant",
                    tenants.rowsecurity.TenantField(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["tenant", "position"], name="conversations_bot_order")],
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="conversations_bot_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="conversations_bot_tid"),
                ],
            },
        ),
        migrations.CreateModel(
            name="BotAction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("add_groups", "Add to groups"),
                            ("remove_groups", "Take out of groups"),
                            ("add_tags", "Add tags"),
                            ("remove_tags", "Remove tags"),
                            ("set_field", "Set a field"),
                            ("permission", "Set permission"),
                            ("reply", "Reply"),
                            ("notify", "Tell the team"),
                            ("webhook", "Call a webhook"),
                        ],
                        max_length=16,
                    ),
                ),
                ("settings", models.JSONField(blank=True, default=dict)),
                ("stop_on_failure", models.BooleanField(default=False)),
                (
                    "bot",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="actions",
                        to="conversations.bot",
                    ),
                ),
                (
                    "tenant",
                    tenants.rowsecurity.TenantField(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "ordering": ("position",),
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="conversations_botaction_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="conversations_botaction_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="bot_id", name="botaction_bot_id_same", parent="conversations_bot"
                    ),
                    models.UniqueConstraint(fields=("bot", "position"), name="conversations_action_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="BotRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("message_id", models.BigIntegerField()),
                ("contact_id", models.BigIntegerField(blank=True, null=True)),
                ("matched", models.CharField(help_text="The trigger, as it was typed.", max_length=80)),
                ("steps", models.JSONField(default=list)),
                ("failed", models.BooleanField(default=False, help_text="At least one action failed.")),
                ("replies", models.PositiveSmallIntegerField(default=0)),
                (
                    "quiet",
                    models.CharField(
                        blank=True, help_text="Why it gave no answer: limit, often, loop.", max_length=12
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "bot",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="runs",
                        to="conversations.bot",
                    ),
                ),
                (
                    "phone",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="consent.phonenumber",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.sendernumber",
                    ),
                ),
                (
                    "tenant",
                    tenants.rowsecurity.TenantField(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["bot", "-id"], name="conversations_runs_of_bot"),
                    models.Index(fields=["phone", "-message_id"], name="conversations_runs_of_phone"),
                    models.Index(fields=["bot", "at"], name="conversations_runs_by_time"),
                ],
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="conversations_botrun_wall"),
                    models.UniqueConstraint(fields=("bot", "message_id"), name="conversations_run_once"),
                    tenants.rowsecurity.SameTenant(
                        column="bot_id", name="botrun_bot_id_same", parent="conversations_bot"
                    ),
                    tenants.rowsecurity.SameTenant(
                        column="phone_id", name="botrun_phone_id_same", parent="consent_phonenumber"
                    ),
                    tenants.rowsecurity.SameTenant(
                        column="sender_id", name="botrun_sender_id_same", parent="tenants_sendernumber"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BotVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("content", models.JSONField(default=dict)),
                ("saved_by", models.CharField(blank=True, max_length=120)),
                ("saved_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "bot",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="conversations.bot",
                    ),
                ),
                (
                    "tenant",
                    tenants.rowsecurity.TenantField(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="conversations_botversion_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="conversations_botversion_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="bot_id", name="botversion_bot_id_same", parent="conversations_bot"
                    ),
                    models.UniqueConstraint(fields=("bot", "number"), name="conversations_bot_version_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Trigger",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("whole", "Is the whole text"),
                            ("first", "Begins the text"),
                            ("leave", "Follows STOP"),
                            ("any", "Any other text"),
                        ],
                        max_length=8,
                    ),
                ),
                ("word", models.CharField(blank=True, help_text="As it was typed.", max_length=60)),
                ("key", models.CharField(blank=True, help_text="As texts are compared.", max_length=60)),
                (
                    "bot",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="triggers",
                        to="conversations.bot",
                    ),
                ),
                (
                    "tenant",
                    tenants.rowsecurity.TenantField(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="conversations_trigger_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="conversations_trigger_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="bot_id", name="trigger_bot_id_same", parent="conversations_bot"
                    ),
                    models.UniqueConstraint(fields=("bot", "kind", "key"), name="conversations_trigger_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("reply", "A reply must be read"),
                            ("doubt", "The carrier may have blocked this pair"),
                        ],
                        default="reply",
                        max_length=5,
                    ),
                ),
                ("event_key", models.CharField(max_length=120)),
                (
                    "message_id",
                    models.BigIntegerField(blank=True, help_text="The text in question.", null=True),
                ),
                (
                    "campaign_ref",
                    models.BigIntegerField(blank=True, help_text="The broadcast it answered.", null=True),
                ),
                (
                    "rule",
                    models.CharField(
                        blank=True, help_text="The classifier's rule that was not sure.", max_length=40
                    ),
                ),
                (
                    "likely",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="Per cent likely an opt-out.", null=True
                    ),
                ),
                ("language", models.CharField(blank=True, max_length=8)),
                (
                    "deadline",
                    models.DateTimeField(blank=True, help_text="Then it counts as an opt-out.", null=True),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "opened_id",
                    models.BigIntegerField(blank=True, help_text="The member who has it open.", null=True),
                ),
                ("opened_label", models.CharField(blank=True, max_length=120)),
                ("opened_at", models.DateTimeField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("opt_out", "Opted out"),
                            ("released", "Not an opt-out"),
                            ("lapsed", "Opted out, nobody decided in time"),
                            ("overtaken", "Settled by what happened since"),
                        ],
                        max_length=9,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("decided_kind", models.CharField(blank=True, max_length=10)),
                ("decided_id", models.BigIntegerField(blank=True, null=True)),
                ("decided_label", models.CharField(blank=True, max_length=120)),
                (
                    "entry",
                    models.BigIntegerField(blank=True, help_text="Ledger number of the decision.", null=True),
                ),
                (
                    "phone",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="consent.phonenumber",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        help_text="The sender written to.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.sendernumber",
                    ),
                ),
                (
                    "tenant",
                    tenants.rowsecurity.TenantField(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("decided_at__isnull", True)),
                        fields=["tenant", "deadline", "id"],
                        name="conversations_review_open",
                    ),
                    models.Index(fields=["phone", "id"], name="conversations_review_phone"),
                ],
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="conversations_review_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="conversations_review_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="phone_id", name="review_phone_id_same", parent="consent_phonenumber"
                    ),
                    tenants.rowsecurity.SameTenant(
                        column="sender_id", name="review_sender_id_same", parent="tenants_sendernumber"
                    ),
                    models.UniqueConstraint(fields=("tenant", "event_key"), name="conversations_review_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("decision", "")),
                            models.Q(
                                ("decided_at__isnull", False), models.Q(("decision", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="conversations_review_decided",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SignupForm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("key", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("live", "Live"), ("closed", "Closed")],
                        default="draft",
                        max_length=6,
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("double", "Double opt-in: they also reply YES"),
                            ("single", "Single opt-in: the form is enough"),
                        ],
                        default="double",
                        max_length=6,
                    ),
                ),
                ("language", models.CharField(default="en", max_length=8)),
                ("heading", models.CharField(blank=True, max_length=120)),
                ("intro", models.CharField(blank=True, max_length=400)),
                ("button", models.CharField(blank=True, max_length=40)),
                ("thanks", models.CharField(blank=True, max_length=400)),
                ("welcome", models.CharField(blank=True, max_length=300)),
                (
                    "senders",
                    models.JSONField(
                        default=list, help_text='[{"id": sender number, "label": what its box says}]'
                    ),
                ),
                (
                    "asks",
                    models.JSONField(default=list, help_text='[{"name": "first_name", "required": false}]'),
                ),
                ("groups", models.JSONField(blank=True, default=list, help_text="Group ids")),
                ("tags", models.JSONField(blank=True, default=list, help_text="Tag ids")),
                (
                    "origins",
                    models.JSONField(
                        blank=True, default=list, help_text="Sites that may show it in a frame."
                    ),
                ),
                (
                    "open_days",
                    models.PositiveSmallIntegerField(default=30, help_text="How long a double opt-in waits."),
                ),
                ("word", models.CharField(blank=True, help_text="JOIN word, in capitals.", max_length=40)),
                ("version", models.PositiveIntegerField(default=1, help_text="Raised by every save.")),
                ("live_since", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "disclosure",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="consent.disclosure",
                    ),
                ),
                (
                    "tenant",
                    tenants.rowsecurity.TenantField(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
                (
                    "word_sender",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.sendernumber",
                    ),
                ),
            ],
            options={
                "ordering": ("name",),
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="conversations_signupform_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="conversations_signupform_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="disclosure_id",
                        name="signupform_disclosure_id_same",
                        parent="consent_disclosure",
                    ),
                    tenants.rowsecurity.SameTenant(
                        column="word_sender_id",
                        name="signupform_word_sender_id_same",
                        parent="tenants_sendernumber",
                    ),
                    models.UniqueConstraint(fields=("tenant", "name"), name="conversations_form_name_once"),
                    models.UniqueConstraint(
                        condition=models.Q(models.Q(("word", ""), _negated=True), ("state", "live")),
                        fields=("word_sender", "word"),
                        name="conversations_form_word_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Signup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token", models.CharField(help_text="Makes a form sent twice harmless.", max_length=64)),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("page", "On the page"),
                            ("embed", "In a frame on your site"),
                            ("word", "By a JOIN word"),
                            ("api", "Through the API"),
                        ],
                        max_length=5,
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("asked", "Waiting for YES"),
                            ("confirmed", "Confirmed by YES"),
                            ("lapsed", "No YES came"),
                            ("opted_in", "Opted in"),
                            ("in_already", "Was in already"),
                            ("asked_before", "Asked a moment ago"),
                            ("text_start", "Opted out: only START brings them back"),
                            ("blocked", "Blocked: recorded, nothing changed"),
                        ],
                        max_length=12,
                    ),
                ),
                ("details", models.JSONField(blank=True, default=dict)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "disclosure",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="consent.disclosure",
                    ),
                ),
                (
                    "phone",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="consent.phonenumber",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.sendernumber",
                    ),
                ),
                (
                    "tenant",
                    tenants.rowsecurity.TenantField(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
                (
                    "form",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="conversations.signupform",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["form", "-id"], name="conversations_signup_new"),
                    models.Index(fields=["phone", "sender"], name="conversations_signup_who"),
                    models.Index(
                        condition=models.Q(("result", "asked")),
                        fields=["tenant", "id"],
                        name="conversations_signup_open",
                    ),
                ],
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="conversations_signup_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="conversations_signup_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="form_id", name="signup_form_id_same", parent="conversations_signupform"
                    ),
                    tenants.rowsecurity.SameTenant(
                        column="phone_id", name="signup_phone_id_same", parent="consent_phonenumber"
                    ),
                    tenants.rowsecurity.SameTenant(
                        column="sender_id", name="signup_sender_id_same", parent="tenants_sendernumber"
                    ),
                    tenants.rowsecurity.SameTenant(
                        column="disclosure_id", name="signup_disclosure_id_same", parent="consent_disclosure"
                    ),
                    models.UniqueConstraint(
                        fields=("form", "token", "sender"), name="conversations_signup_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SignupTally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("bucket", models.CharField(max_length=80)),
                ("since", models.DateTimeField()),
                ("count", models.PositiveIntegerField(default=1)),
                (
                    "tenant",
                    tenants.rowsecurity.TenantField(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "sign-up tallies",
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="conversations_tally_wall"),
                    models.UniqueConstraint(
                        fields=("tenant", "bucket", "since"), name="conversations_tally_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NotificationRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                (
                    "whats",
                    models.JSONField(default=list, help_text="Codes of conversations.rules.telling.What."),
                ),
                ("sender_ids", models.JSONField(blank=True, default=list)),
                ("campaign_ids", models.JSONField(blank=True, default=list)),
                ("group_ids", models.JSONField(blank=True, default=list)),
                ("methods", models.JSONField(blank=True, default=list)),
                (
                    "timing",
                    models.CharField(
                        choices=[
                            ("at_once", "At once"),
                            ("digest", "As a digest"),
                            ("threshold", "When there are many"),
                        ],
                        default="at_once",
                        max_length=9,
                    ),
                ),
                (
                    "every",
                    models.CharField(
                        choices=[("hour", "Every hour"), ("day", "Every day")], default="day", max_length=4
                    ),
                ),
                ("at_hour", models.PositiveSmallIntegerField(default=8, help_text="Of the tenant's zone.")),
                ("threshold_count", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "threshold_bp",
                    models.PositiveIntegerField(
                        blank=True, help_text="Of the texts delivered, in hundredths of a percent.", null=True
                    ),
                ),
                ("threshold_minutes", models.PositiveSmallIntegerField(default=60)),
                ("breaches", models.JSONField(blank=True, default=dict)),
                ("member_ids", models.JSONField(blank=True, default=list, help_text="Users told by e-mail.")),
                (
                    "muted_ids",
                    models.JSONField(blank=True, default=list, help_text="Users who do not want it for now."),
                ),
                (
                    "addresses",
                    models.JSONField(blank=True, default=list, help_text="Other e-mail addresses."),
                ),
                (
                    "numbers",
                    models.JSONField(blank=True, default=list, help_text="Team numbers told by SMS, E.164."),
                ),
                (
                    "whole_numbers",
                    models.BooleanField(
                        default=False, help_text="E-mails and texts show whole numbers, not only last digits."
                    ),
                ),
                ("last_told_at", models.DateTimeField(blank=True, null=True)),
                ("paused_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "endpoint",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="tenants.webhookendpoint",
                    ),
                ),
                (
                    "sms_sender",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.sendernumber",
                    ),
                ),
                (
                    "tenant",
                    tenants.rowsecurity.TenantField(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "ordering": ("name", "id"),
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="conversations_notificationrule_wall"),
                    models.UniqueConstraint(
                        fields=("tenant", "id"), name="conversations_notificationrule_tid"
                    ),
                    tenants.rowsecurity.SameTenant(
                        column="sms_sender_id",
                        name="notificationrule_sms_sender_id_same",
                        parent="tenants_sendernumber",
                    ),
                    tenants.rowsecurity.SameTenant(
                        column="endpoint_id",
                        name="notificationrule_endpoint_id_same",
                        parent="tenants_webhookendpoint",
                    ),
                    models.UniqueConstraint(fields=("tenant", "name"), name="conversations_rule_name_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "way",
                    models.CharField(
                        choices=[("email", "E-mail"), ("sms", "SMS"), ("webhook", "Webhook")],
                        default="email",
                        max_length=7,
                    ),
                ),
                (
                    "recipient",
                    models.CharField(
                        help_text="E-mail address, E.164 number or endpoint id.", max_length=320
                    ),
                ),
                (
                    "sender_id",
                    models.BigIntegerField(blank=True, help_text="Sender number of an SMS.", null=True),
                ),
                ("subject", models.CharField(blank=True, max_length=200)),
                ("text", models.TextField(blank=True)),
                ("html", models.TextField(blank=True)),
                (
                    "headers",
                    models.JSONField(blank=True, default=dict, help_text="More headers of the e-mail."),
                ),
                ("event_key", models.CharField(max_length=160)),
                (
                    "phone_id",
                    models.BigIntegerField(
                        blank=True, help_text="Whom it names: wiped with them.", null=True
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("sent", "Sent"), ("given_up", "Not sent")],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                (
                    "reason",
                    models.CharField(blank=True, help_text="Why not, or why not yet.", max_length=200),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("message_id", models.BigIntegerField(blank=True, null=True)),
                ("delivery_id", models.BigIntegerField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "tenant",
                    tenants.rowsecurity.TenantField(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="conversations.notificationrule",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["tenant", "next_try_at"],
                        name="conversations_outbox",
                    ),
                    models.Index(fields=["rule", "-id"], name="conversations_told_by_rule"),
                    models.Index(
                        condition=models.Q(("phone_id__isnull", False)),
                        fields=["phone_id"],
                        name="conversations_told_of_phone",
                    ),
                ],
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="conversations_notification_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="conversations_notification_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="rule_id",
                        name="notification_rule_id_same",
                        parent="conversations_notificationrule",
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "event_key", "way", "recipient"),
                        name="conversations_notification_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NoticeItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("event_key", models.CharField(max_length=160)),
                ("what", models.CharField(max_length=20)),
                ("seq", models.BigIntegerField(blank=True, help_text="Ledger number.", null=True)),
                ("phone_id", models.BigIntegerField(blank=True, null=True)),
                ("sender_id", models.BigIntegerField(blank=True, null=True)),
                ("broadcast_id", models.BigIntegerField(blank=True, null=True)),
                ("subject", models.CharField(blank=True, max_length=200)),
                ("text", models.TextField(blank=True)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                (
                    "tenant",
                    tenants.rowsecurity.TenantField(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="conversations.notificationrule",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("told_at__isnull", True)),
                        fields=["rule", "id"],
                        name="conversations_item_waiting",
                    ),
                    models.Index(fields=["tenant", "created_at"], name="conversations_item_age"),
                ],
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="conversations_noticeitem_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="conversations_noticeitem_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="rule_id",
                        name="noticeitem_rule_id_same",
                        parent="conversations_notificationrule",
                    ),
                    models.UniqueConstraint(fields=("rule", "event_key"), name="conversations_item_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Wish",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("way", models.CharField(help_text="Key of the way in the settings.", max_length=40)),
                ("label", models.CharField(max_length=120)),
                ("wording", models.TextField()),
                (
                    "broadcast_ref",
                    models.BigIntegerField(blank=True, help_text="The campaign of the link.", null=True),
                ),
                ("ip", models.GenericIPAddressField(blank=True, null=True)),
                ("user_agent", models.CharField(blank=True, max_length=400)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "phone",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="consent.phonenumber",
                    ),
                ),
                (
                    "tenant",
                    tenants.rowsecurity.TenantField(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "wishes",
                "ordering": ("-id",),
                "indexes": [models.Index(fields=["tenant", "way", "id"], name="conversations_wish_way")],
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="conversations_wish_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="conversations_wish_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="phone_id", name="wish_phone_id_same", parent="consent_phonenumber"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("phone", "way"),
                        name="conversations_wish_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PolicyText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "page",
                    models.CharField(choices=[("terms", "SMS terms"), ("privacy", "Privacy")], max_length=7),
                ),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("text", models.TextField(blank=True)),
                (
                    "sources",
                    models.JSONField(
                        default=list, help_text="The templates it began from, each with source and date."
                    ),
                ),
                ("created_label", models.CharField(blank=True, max_length=120)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "tenant",
                    tenants.rowsecurity.TenantField(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "ordering": ("page", "-version"),
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="conversations_policytext_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="conversations_policytext_tid"),
                    models.UniqueConstraint(
                        fields=("tenant", "page", "version"), name="conversations_policy_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WordTrial",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=8)),
                ("stop_words", models.JSONField(default=list)),
                ("start_words", models.JSONField(default=list)),
                ("help_words", models.JSONField(default=list)),
                (
                    "seen",
                    models.CharField(
                        help_text="Version of the kept lists when the draft was made.", max_length=16
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("running", "Reading"), ("done", "Done")],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("since", models.DateTimeField()),
                ("before_id", models.BigIntegerField(blank=True, null=True)),
                ("read", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("counts", models.JSONField(default=dict)),
                ("examples", models.JSONField(default=list)),
                ("created_by", models.CharField(blank=True, max_length=120)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "sender",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.sendernumber",
                    ),
                ),
                (
                    "tenant",
                    tenants.rowsecurity.TenantField(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["tenant", "created_at"], name="conversations_trial_recent")],
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="conversations_wordtrial_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="conversations_wordtrial_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="sender_id", name="wordtrial_sender_id_same", parent="tenants_sendernumber"
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="botrun",
            trigger=pgtrigger.compiler.Trigger(
                name="bot_run_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="c0acd82c3e7f3c7d22e9f5ea40969fcc3a083f34",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_bot_run_stays_136cb",
                    table="conversations_botrun",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="botrun",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this table only grows';",
                    hash="a1034e21575acf59c74b05b69351fd7d29db6f9f",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_19e54",
                    table="conversations_botrun",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="botversion",
            trigger=pgtrigger.compiler.Trigger(
                name="bot_version_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="e10a81ea13ca6b31a30498059257117b08ba1a1a",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_bot_version_stays_bc36a",
                    table="conversations_botversion",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="botversion",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this table only grows';",
                    hash="6d981957d49563840c8b8acc6af05dab678dc033",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_7393f",
                    table="conversations_botversion",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="policytext",
            trigger=pgtrigger.compiler.Trigger(
                name="no_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="218be0275b5ea94e1325ead0078626359649bc6b",
                    operation="DELETE",
                    pgid="pgtrigger_no_delete_0ac00",
                    table="conversations_policytext",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="policytext",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this table only grows';",
                    hash="eb35b2ae1d43180feee99fbd614fb09934121cff",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_f30ea",
                    table="conversations_policytext",
                    when="BEFORE",
                ),
            ),
        ),
    ]
