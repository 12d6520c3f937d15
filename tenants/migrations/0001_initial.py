import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
import tenants.rowsecurity
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tenant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("slug", models.SlugField(max_length=60, unique=True)),
                (
                    "brand",
                    models.CharField(
                        help_text="The name people know; it opens every confirmation.", max_length=60
                    ),
                ),
                ("zone", models.CharField(default="America/New_York", max_length=60)),
                ("country", models.CharField(default="US", max_length=2)),
                (
                    "countries",
                    models.JSONField(
                        default=list, help_text="Countries this tenant may text; empty: its own."
                    ),
                ),
                (
                    "stop_covers",
                    models.CharField(
                        choices=[
                            ("number", "the number it was sent to"),
                            ("purpose", "every number of that purpose"),
                            ("all", "all our numbers"),
                        ],
                        default="number",
                        max_length=8,
                    ),
                ),
                ("marketing_needs_opt_in", models.BooleanField(default=True)),
                (
                    "us_rules",
                    models.BooleanField(
                        default=True, help_text="A STOP to a service number covers all (US rule)."
                    ),
                ),
                (
                    "review_hours",
                    models.PositiveSmallIntegerField(
                        default=24,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(120),
                        ],
                    ),
                ),
                (
                    "help_contact",
                    models.CharField(blank=True, help_text="Phone or e-mail named in HELP.", max_length=120),
                ),
                (
                    "part_price_micros",
                    models.PositiveIntegerField(default=7900, help_text="Price of one part, millionths."),
                ),
                ("currency", models.CharField(default="USD", max_length=3)),
                (
                    "held_at",
                    models.DateTimeField(blank=True, help_text="Nothing is sent while set.", null=True),
                ),
                ("held_reason", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "message_frequency",
                    models.CharField(
                        blank=True,
                        help_text="About 4 texts a month: as sign-up and public pages say it.",
                        max_length=60,
                    ),
                ),
                (
                    "other_ways",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text='Offered to who leaves: [{"key", "label", "channel"}].',
                    ),
                ),
                (
                    "postal_address",
                    models.CharField(blank=True, help_text="At the foot of public pages.", max_length=200),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ProviderAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(default="Twilio", max_length=80)),
                (
                    "provider",
                    models.CharField(choices=[("twilio", "Twilio")], default="twilio", max_length=16),
                ),
                ("sid", models.CharField(max_length=34)),
                ("token_sealed", models.BinaryField(blank=True, default=b"")),
                (
                    "second_token_sealed",
                    models.BinaryField(blank=True, default=b"", help_text="The other token, while rotating."),
                ),
                (
                    "shared_keys_sealed",
                    models.BinaryField(blank=True, default=b"", help_text="Webhook shared keys, as JSON."),
                ),
                (
                    "base_url",
                    models.URLField(
                        blank=True, help_text="Set by the installation only; empty: the provider's own."
                    ),
                ),
                (
                    "inbound_key",
                    models.CharField(blank=True, help_text="Path key of the webhooks.", max_length=64),
                ),
                (
                    "concurrency",
                    models.PositiveSmallIntegerField(
                        default=128,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(512),
                        ],
                    ),
                ),
                ("held_at", models.DateTimeField(blank=True, null=True)),
                ("held_reason", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
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
                ("consents_off_until", models.DateTimeField(blank=True, null=True)),
                ("consents_off_why", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="tenants_provideraccount_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="tenants_provideraccount_tid"),
                    models.UniqueConstraint(fields=("tenant", "sid"), name="tenants_account_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                ("name", models.CharField(blank=True, max_length=120)),
                ("is_staff", models.BooleanField(default=False)),
                ("is_active", models.BooleanField(default=True)),
                ("date_joined", models.DateTimeField(auto_now_add=True)),
                (
                    "theme",
                    models.CharField(
                        choices=[("auto", "auto"), ("light", "light"), ("dark", "dark")],
                        default="auto",
                        max_length=5,
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"), name="tenants_user_email_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SenderNumber",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(help_text="What people here call it: Offers, Orders …", max_length=60),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("long_code", "Long code"),
                            ("toll_free", "Toll-free"),
                            ("short_code", "Short code"),
                            ("alphanumeric", "Alphanumeric"),
                            ("service", "Messaging service"),
                        ],
                        default="long_code",
                        max_length=12,
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("marketing", "Marketing"),
                            ("service", "Service"),
                            ("transactional", "Transactional"),
                        ],
                        default="marketing",
                        max_length=13,
                    ),
                ),
                (
                    "address",
                    models.CharField(
                        help_text="E.164 number, short code, name, or messaging service SID.", max_length=34
                    ),
                ),
                (
                    "answers",
                    models.CharField(
                        choices=[
                            ("provider", "The provider, its default words"),
                            ("advanced", "The provider, words set there (it says which it took)"),
                            ("us", "We do"),
                        ],
                        default="us",
                        max_length=8,
                    ),
                ),
                (
                    "rate",
                    models.PositiveSmallIntegerField(
                        default=100, help_text="Parts a second the carrier allows."
                    ),
                ),
                (
                    "is_opt_out_line",
                    models.BooleanField(default=False, help_text="Any text to it opts out of all numbers."),
                ),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.provideraccount",
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
                "ordering": ("id",),
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="tenants_sendernumber_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="tenants_sendernumber_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="account_id",
                        name="sendernumber_account_id_same",
                        parent="tenants_provideraccount",
                    ),
                    models.UniqueConstraint(fields=("tenant", "address"), name="tenants_sender_address_once"),
                    models.UniqueConstraint(fields=("tenant", "name"), name="tenants_sender_name_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SenderAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("e164", models.CharField(max_length=16)),
                (
                    "sender",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="addresses",
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
                    tenants.rowsecurity.RowSecurity(name="tenants_senderaddress_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="tenants_senderaddress_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="sender_id", name="senderaddress_sender_id_same", parent="tenants_sendernumber"
                    ),
                    models.UniqueConstraint(fields=("tenant", "e164"), name="tenants_address_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("viewer", "Viewer"),
                            ("agent", "Agent"),
                            ("manager", "Manager"),
                            ("owner", "Owner"),
                        ],
                        max_length=8,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "tenant"), name="tenants_membership_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=120)),
                ("route", models.CharField(max_length=120)),
                ("body_digest", models.BinaryField(max_length=32)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("response", models.JSONField(null=True)),
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
                    tenants.rowsecurity.RowSecurity(name="tenants_idempotencykey_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="tenants_idempotencykey_tid"),
                    models.UniqueConstraint(
                        fields=("tenant", "key", "route"), name="tenants_idempotency_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Due",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=16)),
                ("ref", models.BigIntegerField(default=0)),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("lease_token", models.UUIDField(blank=True, null=True)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "puts",
                    models.BigIntegerField(
                        default=1, help_text="Raised by every put, so that work added meanwhile is seen."
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["kind", "due_at"], name="tenants_due_next")],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "tenant", "ref"), name="tenants_due_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Door",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("kind", models.CharField(max_length=16)),
                ("ref", models.BigIntegerField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.tenant"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("actor_kind", models.CharField(max_length=10)),
                ("actor_id", models.BigIntegerField(blank=True, null=True)),
                ("actor_label", models.CharField(blank=True, max_length=120)),
                ("verb", models.CharField(max_length=40)),
                ("object_kind", models.CharField(blank=True, max_length=40)),
                ("object_id", models.BigIntegerField(blank=True, null=True)),
                ("detail", models.JSONField(blank=True, default=dict)),
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
                "verbose_name_plural": "audit entries",
                "ordering": ("-id",),
                "indexes": [models.Index(fields=["tenant", "-at"], name="tenants_audit_recent")],
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="tenants_auditentry_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="tenants_auditentry_tid"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("scopes", models.JSONField(default=list, help_text="read, write, send, consent")),
                ("last_four", models.CharField(max_length=4)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
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
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="tenants_apikey_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="tenants_apikey_tid"),
                ],
            },
        ),
        migrations.CreateModel(
            name="WebhookEndpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("url", models.URLField(max_length=500)),
                ("events", models.JSONField(blank=True, default=list)),
                ("secret_sealed", models.BinaryField(default=b"")),
                ("second_secret_sealed", models.BinaryField(blank=True, default=b"")),
                ("disabled_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
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
                ("disabled_reason", models.CharField(blank=True, max_length=200)),
                ("failing_since", models.DateTimeField(blank=True, null=True)),
                ("failures", models.PositiveIntegerField(default=0, help_text="In a row.")),
                ("key_id", models.CharField(blank=True, max_length=12)),
                ("last_ok_at", models.DateTimeField(blank=True, null=True)),
                ("name", models.CharField(blank=True, max_length=80)),
                ("second_key_id", models.CharField(blank=True, max_length=12)),
                ("second_until", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="tenants_webhookendpoint_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="tenants_webhookendpoint_tid"),
                ],
            },
        ),
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("event_key", models.CharField(max_length=160)),
                ("payload", models.JSONField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("last_status", models.PositiveSmallIntegerField(blank=True, null=True)),
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
                    "endpoint",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.webhookendpoint",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("event", models.CharField(default="", max_length=60)),
                ("event_id", models.CharField(default="", help_text="The same at every try.", max_length=40)),
                ("gave_up_at", models.DateTimeField(blank=True, null=True)),
                ("last_answer", models.TextField(blank=True, help_text="The beginning of the answer.")),
                ("last_error", models.CharField(blank=True, max_length=200)),
                ("last_try_at", models.DateTimeField(blank=True, null=True)),
                ("occurred_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("order_key", models.CharField(blank=True, max_length=60)),
                ("took_ms", models.PositiveIntegerField(blank=True, null=True)),
            ],
            options={
                "verbose_name_plural": "webhook deliveries",
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at__isnull", True), ("gave_up_at__isnull", True)),
                        fields=["endpoint", "id"],
                        name="tenants_delivery_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("done_at__isnull", True), ("gave_up_at__isnull", True)),
                        fields=["endpoint", "order_key", "id"],
                        name="tenants_delivery_order",
                    ),
                ],
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="tenants_webhookdelivery_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="tenants_webhookdelivery_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="endpoint_id",
                        name="webhookdelivery_endpoint_id_same",
                        parent="tenants_webhookendpoint",
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "endpoint", "event_key"), name="tenants_delivery_once"
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditentry",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="e9e6b6ecae4a19cc1efebc7204cd8027651b7840",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_a385e",
                    table="tenants_auditentry",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="auditentry",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this table only grows';",
                    hash="c53b5d70cf1e0cce37974196492c37ac414fed3f",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_81401",
                    table="tenants_auditentry",
                    when="BEFORE",
                ),
            ),
        ),
    ]
