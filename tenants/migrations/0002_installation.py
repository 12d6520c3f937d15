import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


# The database as it is now is the one that is known; tests hold this equal to tenants.installation.HERE.
KNOWN = """
INSERT INTO tenants_installation (id, identity, alive_at, held_reason)
SELECT 1, (SELECT system_identifier FROM pg_control_system())::text
 || ':' || CASE WHEN pg_is_in_recovery() THEN 'standby' ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END
 || ':' || (SELECT oid FROM pg_database WHERE datname = current_database())::text
 || ':' || 'tenants_installation'::regclass::oid::text, now(), ''
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="InstallationEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "verb",
                    models.CharField(help_text="noticed, restored, failed_over, caught_up", max_length=20),
                ),
                ("detail", models.JSONField(blank=True, default=dict)),
            ],
            options={
                "verbose_name_plural": "installation entries",
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="Installation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("identity", models.CharField(max_length=120)),
                (
                    "alive_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now,
                        help_text="Moves while all is well; in a restored database: the time of the backup.",
                    ),
                ),
                (
                    "held_at",
                    models.DateTimeField(
                        blank=True, help_text="Nothing is handed over while set.", null=True
                    ),
                ),
                ("held_reason", models.CharField(blank=True, max_length=200)),
                (
                    "since",
                    models.DateTimeField(
                        blank=True, help_text="What the hold must replay begins here.", null=True
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="tenants_installation_one")
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="installationentry",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="ca0c8ecf6f8ee35d2fe6bc8086781befef21c42e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_4c149",
                    table="tenants_installationentry",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="installationentry",
            trigger=pgtrigger.compiler.Trigger(
                name="no_truncate",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'this table only grows';",
                    hash="5269c4009a7d336bffa91230eec099c81a495c8e",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_no_truncate_0282e",
                    table="tenants_installationentry",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
    ]
