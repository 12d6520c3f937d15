import django.db.models.deletion
import django.utils.timezone
import messaging.rules.pushes
import tenants.rowsecurity
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("contacts", "0001_initial"),
        ("tenants", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("message_id", models.BigIntegerField()),
                ("n", models.SmallIntegerField(default=1)),
                ("begun_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("result", models.CharField(blank=True, max_length=12)),
                ("http_status", models.SmallIntegerField(blank=True, null=True)),
                ("code", models.IntegerField(blank=True, null=True)),
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
                    tenants.rowsecurity.RowSecurity(name="messaging_attempt_wall"),
                    models.UniqueConstraint(fields=("message_id", "n"), name="messaging_attempt_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Broadcast",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("purpose", models.CharField(default="marketing", max_length=13)),
                ("text", models.TextField(help_text="Frozen at launch, merge fields unfilled.")),
                (
                    "footer",
                    models.CharField(
                        blank=True, help_text="Opt-out wording, frozen at launch.", max_length=160
                    ),
                ),
                ("footer_first", models.BooleanField(default=False)),
                ("audience", models.JSONField(default=dict)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("planning", "Planning"),
                            ("scheduled", "Scheduled"),
                            ("sending", "Sending"),
                            ("paused", "Paused"),
                            ("finished", "Finished"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="draft",
                        max_length=9,
                    ),
                ),
                ("max_contact_id", models.BigIntegerField(default=0)),
                ("plan_cursor", models.BigIntegerField(default=0)),
                (
                    "audience_size",
                    models.BigIntegerField(default=0, help_text="People chosen, when the plan is complete."),
                ),
                ("send_at", models.DateTimeField(blank=True, null=True)),
                ("planned_at", models.DateTimeField(blank=True, null=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("paused_at", models.DateTimeField(blank=True, null=True)),
                ("pause_reason", models.CharField(blank=True, max_length=200)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("counts", models.JSONField(default=dict)),
                ("counted_at", models.DateTimeField(blank=True, null=True)),
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
                    "sender",
                    models.ForeignKey(
                        db_constraint=False,
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
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="messaging_broadcast_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="messaging_broadcast_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="sender_id", name="broadcast_sender_id_same", parent="tenants_sendernumber"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("direction", models.SmallIntegerField(choices=[(0, "Out"), (1, "In")], default=0)),
                (
                    "message_class",
                    models.SmallIntegerField(
                        choices=[(0, "Reply"), (1, "Transactional"), (2, "Service"), (3, "Marketing")],
                        default=3,
                    ),
                ),
                ("phase", models.SmallIntegerField(default=0)),
                ("reason", models.SmallIntegerField(default=0)),
                ("receipt", models.SmallIntegerField(default=0)),
                ("parts", models.SmallIntegerField(default=0)),
                ("tries", models.SmallIntegerField(default=0)),
                ("error_code", models.IntegerField(blank=True, null=True)),
                ("contact_id", models.BigIntegerField(blank=True, null=True)),
                (
                    "answers_id",
                    models.BigIntegerField(blank=True, help_text="The message it answers.", null=True),
                ),
                (
                    "body",
                    models.TextField(
                        blank=True, help_text="Null until rendered; the bytes that are sent.", null=True
                    ),
                ),
                ("sid", models.CharField(blank=True, max_length=34, null=True)),
                ("not_before", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("lease_token", models.UUIDField(blank=True, null=True)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("begun_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_at",
                    models.DateTimeField(
                        blank=True, help_text="When it was handed over or given up.", null=True
                    ),
                ),
                ("receipt_at", models.DateTimeField(blank=True, null=True)),
                (
                    "broadcast",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="messaging.broadcast",
                    ),
                ),
                (
                    "phone",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="consent.phonenumber",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
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
                        condition=models.Q(("phase__in", [1, 2])),
                        fields=["tenant", "lease_until"],
                        name="messaging_leased",
                    ),
                    models.Index(
                        condition=models.Q(("phase", 5)),
                        fields=["tenant", "begun_at"],
                        name="messaging_unknown",
                    ),
                    models.Index(fields=["phone", "-id"], name="messaging_of_phone"),
                    models.Index(
                        condition=models.Q(("direction", 0), ("phase", 0)),
                        fields=["sender", "broadcast", "id"],
                        name="messaging_queue",
                    ),
                    models.Index(
                        condition=models.Q(("direction", 1)),
                        fields=["tenant", "-id"],
                        name="messaging_inbound",
                    ),
                ],
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="messaging_message_wall"),
                    models.UniqueConstraint(
                        condition=models.Q(("broadcast__isnull", False)),
                        fields=("broadcast", "phone"),
                        name="messaging_once_a_person",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("sid__isnull", False)),
                        fields=("tenant", "sid"),
                        name="messaging_sid_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RawWebhook",
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
                        choices=[("inbound", "Inbound text"), ("status", "Delivery receipt")], max_length=8
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        help_text="inbound: MessageSid; status: MessageSid|status|ErrorCode", max_length=120
                    ),
                ),
                ("body", models.BinaryField()),
                (
                    "message_ref",
                    models.BigIntegerField(
                        blank=True, help_text="Our message id from the callback's URL.", null=True
                    ),
                ),
                ("sender_id", models.BigIntegerField(blank=True, null=True)),
                ("account_id", models.BigIntegerField(blank=True, null=True)),
                ("state", models.SmallIntegerField(default=0)),
                ("note", models.CharField(blank=True, max_length=200)),
                ("repeats", models.IntegerField(default=0)),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("applied_at", models.DateTimeField(blank=True, null=True)),
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
                        condition=models.Q(("state", 0)),
                        fields=["tenant", "kind", "id"],
                        name="messaging_webhook_new",
                    )
                ],
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="messaging_rawwebhook_wall"),
                    models.UniqueConstraint(fields=("tenant", "kind", "key"), name="messaging_webhook_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Template",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("text", models.TextField()),
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
                    tenants.rowsecurity.RowSecurity(name="messaging_template_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="messaging_template_tid"),
                    models.UniqueConstraint(
                        fields=("tenant", "name", "version"), name="messaging_template_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Thread",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("last_text", models.CharField(blank=True, max_length=200)),
                ("last_direction", models.SmallIntegerField(choices=[(0, "Out"), (1, "In")], default=1)),
                ("last_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("unread", models.PositiveIntegerField(default=0)),
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
                "indexes": [models.Index(fields=["tenant", "-last_at"], name="messaging_thread_recent")],
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="messaging_thread_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="messaging_thread_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="phone_id", name="thread_phone_id_same", parent="consent_phonenumber"
                    ),
                    tenants.rowsecurity.SameTenant(
                        column="sender_id", name="thread_sender_id_same", parent="tenants_sendernumber"
                    ),
                    models.UniqueConstraint(fields=("phone", "sender"), name="messaging_thread_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentPush",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("phone_id", models.BigIntegerField()),
                ("seq", models.BigIntegerField(help_text="Ledger number.")),
                (
                    "correlation",
                    models.CharField(help_text="Makes telling it twice harmless.", max_length=32),
                ),
                ("source", models.CharField(max_length=16)),
                (
                    "imported",
                    models.BooleanField(default=False, help_text="Told after the others, and slowly."),
                ),
                ("occurred_at", models.DateTimeField()),
                (
                    "state",
                    models.SmallIntegerField(
                        choices=[(0, "Waiting"), (1, "Told"), (2, "Refused"), (3, "Not Needed")],
                        default=messaging.rules.pushes.PushState["WAITING"],
                    ),
                ),
                ("error_code", models.IntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.provideraccount",
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
                "verbose_name": "opt-out told to the provider",
                "verbose_name_plural": "opt-outs told to the provider",
                "ordering": ("-id",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", 0)),
                        fields=["account", "imported", "id"],
                        name="messaging_push_waiting",
                    )
                ],
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="messaging_consentpush_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="messaging_consentpush_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="sender_id", name="consentpush_sender_id_same", parent="tenants_sendernumber"
                    ),
                    tenants.rowsecurity.SameTenant(
                        column="account_id",
                        name="consentpush_account_id_same",
                        parent="tenants_provideraccount",
                    ),
                    models.UniqueConstraint(fields=("tenant", "seq", "sender"), name="messaging_push_once"),
                ],
            },
        ),
    ]
