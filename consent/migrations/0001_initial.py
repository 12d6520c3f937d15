import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
import tenants.rowsecurity
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenants", "0001_initial"),
        ("tenants", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsentEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.BigIntegerField()),
                ("phone_id", models.BigIntegerField()),
                (
                    "sender_id",
                    models.BigIntegerField(blank=True, help_text="The sender texted or named.", null=True),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("opt_out", "Opted out"),
                            ("opt_in", "Opted in"),
                            ("repeated", "Repeated opt-out"),
                            ("no_effect", "Recorded without effect"),
                            ("block", "Blocked"),
                            ("unblock", "Unblocked"),
                            ("mistake", "Entered by mistake"),
                            ("asked", "Asked to confirm"),
                            ("lapsed", "Request lapsed"),
                            ("held", "Put on hold"),
                            ("released", "Hold released"),
                            ("provider_block", "The carrier blocks this pair"),
                            ("wrong_number", "Wrong number"),
                            ("number_changed", "Number changed"),
                            ("merged", "Contacts merged"),
                            ("withdrawn", "Import undone"),
                            ("erased", "Erased"),
                            ("returned", "Asked to return"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("keyword", "By keyword"),
                            ("free_text", "In their own words"),
                            ("opt_out_line", "By a text to the opt-out line"),
                            ("web", "On the web page"),
                            ("form", "On a form"),
                            ("phone", "By phone"),
                            ("email", "By e-mail"),
                            ("post", "By letter"),
                            ("in_person", "In person"),
                            ("paper", "On paper"),
                            ("import", "By import"),
                            ("api", "Through the API"),
                            ("bot", "By a bot"),
                            ("team", "By the team"),
                            ("provider", "Told by the carrier"),
                            ("review", "Decided in review"),
                            ("review_lapsed", "Review not decided in time"),
                            ("system", "By the system"),
                        ],
                        max_length=16,
                    ),
                ),
                ("reach", models.CharField(blank=True, help_text="number, purpose or all", max_length=8)),
                (
                    "senders",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("from_status", models.CharField(blank=True, max_length=8)),
                ("to_status", models.CharField(blank=True, max_length=8)),
                ("actor_kind", models.CharField(max_length=10)),
                ("actor_id", models.BigIntegerField(blank=True, null=True)),
                ("occurred_at", models.DateTimeField(help_text="When the person said so.")),
                ("recorded_at", models.DateTimeField(help_text="When it was written here.")),
                (
                    "event_key",
                    models.CharField(help_text="Makes a repeated delivery harmless.", max_length=120),
                ),
                ("answered_message_id", models.BigIntegerField(blank=True, null=True)),
                (
                    "campaign_ref",
                    models.BigIntegerField(blank=True, help_text="The broadcast it answered.", null=True),
                ),
                ("evidence_id", models.BigIntegerField(blank=True, null=True)),
                ("evidence_digest", models.BinaryField(blank=True, default=b"", max_length=32)),
                ("prev", models.BinaryField(max_length=32)),
                ("hash", models.BinaryField(max_length=32)),
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
                    "undoes",
                    models.BigIntegerField(
                        blank=True, help_text="Ledger number of the entry it takes back.", null=True
                    ),
                ),
            ],
            options={
                "ordering": ("seq",),
                "indexes": [
                    models.Index(fields=["phone_id", "seq"], name="consent_event_phone"),
                    models.Index(
                        condition=models.Q(("campaign_ref__isnull", False)),
                        fields=["campaign_ref"],
                        name="consent_event_campaign",
                    ),
                ],
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="consent_event_wall"),
                    models.UniqueConstraint(fields=("tenant", "seq"), name="consent_event_seq_once"),
                    models.UniqueConstraint(fields=("tenant", "event_key"), name="consent_event_key_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentEvidence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("words", models.TextField(blank=True)),
                ("disclosure", models.TextField(blank=True)),
                ("note", models.TextField(blank=True)),
                ("ip", models.GenericIPAddressField(blank=True, null=True)),
                ("user_agent", models.CharField(blank=True, max_length=400)),
                ("url", models.CharField(blank=True, max_length=500)),
                ("actor_label", models.CharField(blank=True, max_length=120)),
                ("shared", models.BooleanField(default=False)),
                ("salt", models.BinaryField(max_length=16)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                "verbose_name_plural": "consent evidence",
                "constraints": [tenants.rowsecurity.RowSecurity(name="consent_evidence_wall")],
            },
        ),
        migrations.CreateModel(
            name="ConsentHead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.BigIntegerField(default=0)),
                (
                    "hash",
                    models.BinaryField(
                        default=b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
                        max_length=32,
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
                    tenants.rowsecurity.RowSecurity(name="consent_consenthead_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="consent_consenthead_tid"),
                    models.UniqueConstraint(fields=("tenant",), name="consent_one_head"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Disclosure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("wording", models.TextField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                    tenants.rowsecurity.RowSecurity(name="consent_disclosure_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="consent_disclosure_tid"),
                    models.UniqueConstraint(
                        fields=("tenant", "name", "version"), name="consent_disclosure_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KeywordSet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(default="en", max_length=8)),
                ("stop_words", models.JSONField(blank=True, default=list)),
                ("start_words", models.JSONField(blank=True, default=list)),
                ("help_words", models.JSONField(blank=True, default=list)),
                (
                    "sender",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
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
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="consent_keywordset_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="consent_keywordset_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="sender_id", name="keywordset_sender_id_same", parent="tenants_sendernumber"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "language", "sender"),
                        name="consent_keywords_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerCursor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("follower", models.CharField(max_length=20)),
                ("seq", models.BigIntegerField(default=0)),
                ("moved_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                    tenants.rowsecurity.RowSecurity(name="consent_ledgercursor_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="consent_ledgercursor_tid"),
                    models.UniqueConstraint(fields=("tenant", "follower"), name="consent_one_cursor"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PhoneNumber",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("e164", models.CharField(blank=True, max_length=16, null=True)),
                ("e164_hash", models.BinaryField(max_length=32)),
                ("blocked_at", models.DateTimeField(blank=True, null=True)),
                ("block_reason", models.CharField(blank=True, max_length=200)),
                ("stopped_at", models.DateTimeField(blank=True, null=True)),
                (
                    "all_stopped_event",
                    models.BigIntegerField(
                        blank=True,
                        help_text="Ledger number of an opt-out of all senders, those added later included.",
                        null=True,
                    ),
                ),
                ("wrong_person_at", models.DateTimeField(blank=True, null=True)),
                ("unusable_at", models.DateTimeField(blank=True, null=True)),
                ("unusable_code", models.PositiveIntegerField(blank=True, null=True)),
                ("zone", models.CharField(blank=True, max_length=60)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "status",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(blocked_at__isnull=False, then=models.Value("blocked")),
                            models.When(stopped_at__isnull=False, then=models.Value("stopped")),
                            default=models.Value("active"),
                        ),
                        output_field=models.CharField(
                            choices=[("active", "Active"), ("stopped", "Stopped"), ("blocked", "Blocked")],
                            max_length=8,
                        ),
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
                        condition=models.Q(
                            ("blocked_at__isnull", False),
                            ("all_stopped_event__isnull", False),
                            ("unusable_at__isnull", False),
                            ("e164__isnull", True),
                            _connector="OR",
                        ),
                        fields=["tenant", "id"],
                        name="consent_phone_exceptions",
                    ),
                    models.Index(
                        condition=models.Q(("stopped_at__isnull", False)),
                        fields=["tenant", "-stopped_at"],
                        name="consent_phone_stopped",
                    ),
                    models.Index(
                        condition=models.Q(("blocked_at__isnull", False)),
                        fields=["tenant", "-blocked_at"],
                        name="consent_phone_blocked",
                    ),
                ],
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="consent_phonenumber_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="consent_phonenumber_tid"),
                    models.UniqueConstraint(fields=("tenant", "e164_hash"), name="consent_phone_hash_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("e164__isnull", False)),
                        fields=("tenant", "e164"),
                        name="consent_phone_e164_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChannelConsent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("channel", models.CharField(default="email", max_length=20)),
                (
                    "state",
                    models.CharField(
                        choices=[("opted_in", "Opted in"), ("opted_out", "Opted out")], max_length=9
                    ),
                ),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
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
                    "phone",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="channels",
                        to="consent.phonenumber",
                    ),
                ),
                ("actor_label", models.CharField(blank=True, max_length=120)),
                ("event", models.BigIntegerField(blank=True, null=True)),
                ("evidence", models.TextField(blank=True, help_text="The words or wording that prove it.")),
                ("method", models.CharField(blank=True, max_length=16)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "channel", "since"], name="consent_channel_since")
                ],
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="consent_channelconsent_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="consent_channelconsent_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="phone_id", name="channelconsent_phone_id_same", parent="consent_phonenumber"
                    ),
                    models.UniqueConstraint(fields=("phone", "channel"), name="consent_channel_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("stop_in_progress", "An opt-out is being recorded"),
                            ("under_review", "A reply must be read"),
                            ("provider_doubt", "The carrier may have blocked this pair"),
                        ],
                        max_length=16,
                    ),
                ),
                ("event_key", models.CharField(max_length=120)),
                (
                    "until",
                    models.DateTimeField(blank=True, help_text="A review's deadline, for people.", null=True),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                (
                    "phone",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="holds",
                        to="consent.phonenumber",
                    ),
                ),
            ],
            options={
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="consent_hold_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="consent_hold_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="phone_id", name="hold_phone_id_same", parent="consent_phonenumber"
                    ),
                    tenants.rowsecurity.SameTenant(
                        column="sender_id", name="hold_sender_id_same", parent="tenants_sendernumber"
                    ),
                    models.UniqueConstraint(
                        fields=("phone", "sender", "reason", "event_key"),
                        name="consent_hold_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OptInRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("asks", models.PositiveSmallIntegerField(default=1)),
                ("expires_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
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
                    "sender",
                    models.ForeignKey(
                        db_constraint=False,
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
                (
                    "phone",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="opt_in_requests",
                        to="consent.phonenumber",
                    ),
                ),
            ],
            options={
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="consent_optinrequest_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="consent_optinrequest_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="phone_id", name="optinrequest_phone_id_same", parent="consent_phonenumber"
                    ),
                    tenants.rowsecurity.SameTenant(
                        column="sender_id", name="optinrequest_sender_id_same", parent="tenants_sendernumber"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("phone", "sender"),
                        name="consent_one_open_request",
                    ),
                    tenants.rowsecurity.SameTenant(
                        column="disclosure_id",
                        name="optinrequest_disclosure_id_same",
                        parent="consent_disclosure",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Permission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("opted_in", "Opted in"), ("opted_out", "Opted out")], max_length=9
                    ),
                ),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
                ("event", models.BigIntegerField(help_text="Ledger number of the event that set the state.")),
                ("provider_block_since", models.DateTimeField(blank=True, null=True)),
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
                (
                    "phone",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="permissions",
                        to="consent.phonenumber",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("state", "opted_out"), ("provider_block_since__isnull", False), _connector="OR"
                        ),
                        fields=["sender", "phone"],
                        name="consent_permission_no",
                    ),
                    models.Index(
                        condition=models.Q(("state", "opted_in")),
                        fields=["sender", "phone"],
                        name="consent_permission_yes",
                    ),
                ],
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="consent_permission_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="consent_permission_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="phone_id", name="permission_phone_id_same", parent="consent_phonenumber"
                    ),
                    tenants.rowsecurity.SameTenant(
                        column="sender_id", name="permission_sender_id_same", parent="tenants_sendernumber"
                    ),
                    models.UniqueConstraint(fields=("phone", "sender"), name="consent_permission_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Channel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.SlugField(
                        help_text="Stands in the API and in webhooks; never changes.", max_length=20
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("follows_sms", models.BooleanField(default=False)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                "ordering": ("id",),
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="consent_channel_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="consent_channel_tid"),
                    models.UniqueConstraint(fields=("tenant", "code"), name="consent_channel_code_once"),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="consentevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="1c346e473e56f77096d8f27987b3d87f084bf816",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_3dd0f",
                    table="consent_consentevent",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="consentevent",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this table only grows';",
                    hash="3030a48f891424b8664e9dcf73aa09eed6545159",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_b5f47",
                    table="consent_consentevent",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="consentevidence",
            trigger=pgtrigger.compiler.Trigger(
                name="no_change",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="09fd0adb875615d9885bb74acb9cdb0b191c367d",
                    operation="UPDATE",
                    pgid="pgtrigger_no_change_066f4",
                    table="consent_consentevidence",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="consentevidence",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this table only grows';",
                    hash="bf559365b3753512c25724b0c6daadec44b6127e",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_dc4d0",
                    table="consent_consentevidence",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="consentevidence",
            trigger=pgtrigger.compiler.Trigger(
                name="erasure_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF COALESCE(current_setting('app.erasing', true), '') = 'on' THEN RETURN OLD; END IF; RAISE EXCEPTION 'evidence is deleted by an erasure only';",
                    hash="dc417c522809fb561270e6a90dbea455eaf84877",
                    operation="DELETE",
                    pgid="pgtrigger_erasure_only_ed379",
                    table="consent_consentevidence",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="disclosure",
            trigger=pgtrigger.compiler.Trigger(
                name="no_change",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="167753f41554c3e9692304662f7ce7b693910f02",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_no_change_f3afa",
                    table="consent_disclosure",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="disclosure",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this table only grows';",
                    hash="991a10dd38919dffa4b15d2c213f6d38a16b57f3",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_72458",
                    table="consent_disclosure",
                    when="BEFORE",
                ),
            ),
        ),
    ]
