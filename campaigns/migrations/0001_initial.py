import django.db.models.deletion
import django.utils.timezone
import tenants.rowsecurity
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("messaging", "0001_initial"),
        ("tenants", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("purpose", models.CharField(default="marketing", max_length=13)),
                ("text", models.TextField(blank=True)),
                (
                    "footer",
                    models.CharField(
                        choices=[("end", "At the end"), ("start", "At the start"), ("none", "None")],
                        default="end",
                        max_length=5,
                    ),
                ),
                ("footer_text", models.CharField(default="Reply STOP to opt out.", max_length=160)),
                ("audience", models.JSONField(default=dict)),
                ("send_at", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("launched_at", models.DateTimeField(blank=True, null=True)),
                ("launch_key", models.CharField(blank=True, max_length=120)),
                (
                    "exclusions",
                    models.JSONField(default=dict, help_text="Counts by reason as shown before launch."),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "broadcast",
                    models.OneToOneField(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="campaign",
                        to="messaging.broadcast",
                    ),
                ),
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
                    "launched_by",
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
                (
                    "pause_limit_bp",
                    models.PositiveSmallIntegerField(
                        default=100,
                        help_text="Opt-outs of delivered, in hundredths of a percent, above which it pauses itself.",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="campaigns_campaign_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="campaigns_campaign_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="sender_id", name="campaign_sender_id_same", parent="tenants_sendernumber"
                    ),
                    tenants.rowsecurity.SameTenant(
                        column="broadcast_id", name="campaign_broadcast_id_same", parent="messaging_broadcast"
                    ),
                ],
            },
        ),
    ]
