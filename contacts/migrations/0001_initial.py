import django.db.models.deletion
import django.utils.timezone
import tenants.rowsecurity
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("consent", "0001_initial"),
        ("tenants", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="BulkJob",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Being prepared"),
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                            ("undone", "Undone"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(default=0)),
                ("error_code", models.CharField(blank=True, max_length=40)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("verb", models.CharField(max_length=16)),
                ("query", models.JSONField(default=dict, help_text="Contact ids, or the list's filter.")),
                ("detail", models.JSONField(default=dict)),
                ("cursor", models.BigIntegerField(default=0)),
                ("batch", models.JSONField(default=list, help_text="Ids changed, for undo.")),
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
                "ordering": ("-id",),
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="contacts_bulkjob_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="contacts_bulkjob_tid"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_name", models.CharField(blank=True, max_length=120)),
                ("last_name", models.CharField(blank=True, max_length=120)),
                ("email", models.CharField(blank=True, max_length=254)),
                ("language", models.CharField(blank=True, max_length=12)),
                ("fields", models.JSONField(blank=True, default=dict)),
                ("search_name", models.CharField(blank=True, default="", max_length=250)),
                ("search_last", models.CharField(blank=True, default="", max_length=120)),
                ("source", models.CharField(blank=True, max_length=40)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "phone",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contact",
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
                "indexes": [
                    models.Index(
                        fields=["tenant", "search_name"],
                        name="contacts_by_name",
                        opclasses=["int8_ops", "text_pattern_ops"],
                    ),
                    models.Index(
                        fields=["tenant", "search_last"],
                        name="contacts_by_last_name",
                        opclasses=["int8_ops", "text_pattern_ops"],
                    ),
                    models.Index(
                        fields=["tenant", "email"],
                        name="contacts_by_email",
                        opclasses=["int8_ops", "text_pattern_ops"],
                    ),
                ],
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="contacts_contact_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="contacts_contact_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="phone_id", name="contact_phone_id_same", parent="consent_phonenumber"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExportJob",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Being prepared"),
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                            ("undone", "Undone"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(default=0)),
                ("error_code", models.CharField(blank=True, max_length=40)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("kind", models.CharField(max_length=20)),
                ("query", models.JSONField(default=dict)),
                ("file", models.CharField(blank=True, max_length=300)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
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
                "ordering": ("-id",),
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="contacts_exportjob_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="contacts_exportjob_tid"),
                ],
            },
        ),
        migrations.CreateModel(
            name="FieldDefinition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=40)),
                ("label", models.CharField(max_length=60)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("text", "text"),
                            ("number", "number"),
                            ("date", "date"),
                            ("yes_no", "yes_no"),
                        ],
                        default="text",
                        max_length=8,
                    ),
                ),
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
                    tenants.rowsecurity.RowSecurity(name="contacts_fielddefinition_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="contacts_fielddefinition_tid"),
                    models.UniqueConstraint(fields=("tenant", "key"), name="contacts_field_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Group",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                (
                    "kind",
                    models.CharField(
                        choices=[("manual", "Manual"), ("unsubscribed", "Unsubscribed")],
                        default="manual",
                        max_length=12,
                    ),
                ),
                (
                    "word",
                    models.CharField(
                        blank=True, help_text="Live word: STOP <word> leaves this group only.", max_length=40
                    ),
                ),
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
                "ordering": ("name",),
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="contacts_group_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="contacts_group_tid"),
                    models.UniqueConstraint(fields=("tenant", "name"), name="contacts_group_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "manual"), _negated=True),
                        fields=("tenant", "kind"),
                        name="contacts_system_group_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GroupMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "contact",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="contacts.contact",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="contacts.group",
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
                "indexes": [models.Index(fields=["contact"], name="contacts_member_of")],
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="contacts_groupmember_wall"),
                    models.UniqueConstraint(fields=("group", "contact"), name="contacts_member_once"),
                    tenants.rowsecurity.SameTenant(
                        column="group_id", name="groupmember_group_id_same", parent="contacts_group"
                    ),
                    tenants.rowsecurity.SameTenant(
                        column="contact_id", name="groupmember_contact_id_same", parent="contacts_contact"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OptOutPolicy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("leave_groups", models.JSONField(blank=True, default=list, help_text="Group ids")),
                ("add_tags", models.JSONField(blank=True, default=list, help_text="Tag ids")),
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
                "verbose_name_plural": "opt-out policies",
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="contacts_optoutpolicy_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="contacts_optoutpolicy_tid"),
                    models.UniqueConstraint(fields=("tenant",), name="contacts_one_policy"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Segment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("query", models.JSONField(default=dict)),
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
                "ordering": ("name",),
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="contacts_segment_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="contacts_segment_tid"),
                    models.UniqueConstraint(fields=("tenant", "name"), name="contacts_segment_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
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
                "ordering": ("name",),
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="contacts_tag_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="contacts_tag_tid"),
                    models.UniqueConstraint(fields=("tenant", "name"), name="contacts_tag_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactTag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "contact",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tags",
                        to="contacts.contact",
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
                    "tag",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="uses",
                        to="contacts.tag",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["contact"], name="contacts_tags_of")],
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="contacts_contacttag_wall"),
                    models.UniqueConstraint(fields=("tag", "contact"), name="contacts_tag_on_contact_once"),
                    tenants.rowsecurity.SameTenant(
                        column="tag_id", name="contacttag_tag_id_same", parent="contacts_tag"
                    ),
                    tenants.rowsecurity.SameTenant(
                        column="contact_id", name="contacttag_contact_id_same", parent="contacts_contact"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportJob",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Being prepared"),
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                            ("undone", "Undone"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(default=0)),
                ("error_code", models.CharField(blank=True, max_length=40)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("file", models.CharField(help_text="Path below FILES_ROOT; a random name.", max_length=300)),
                ("file_name", models.CharField(max_length=200)),
                ("size", models.BigIntegerField(default=0)),
                ("encoding", models.CharField(blank=True, max_length=16)),
                ("delimiter", models.CharField(blank=True, max_length=2)),
                ("header", models.JSONField(default=list)),
                ("sample", models.JSONField(default=list)),
                ("mapping", models.JSONField(default=dict)),
                ("consent", models.JSONField(default=dict)),
                ("region", models.CharField(blank=True, max_length=2)),
                (
                    "offset",
                    models.BigIntegerField(
                        default=0, help_text="Rows committed; a restart goes on from here."
                    ),
                ),
                ("counts", models.JSONField(default=dict)),
                ("evidence_id", models.BigIntegerField(blank=True, null=True)),
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
                    "group",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="contacts.group",
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
                    "tag",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="contacts.tag",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    tenants.rowsecurity.RowSecurity(name="contacts_importjob_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="contacts_importjob_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="group_id", name="importjob_group_id_same", parent="contacts_group"
                    ),
                    tenants.rowsecurity.SameTenant(
                        column="tag_id", name="importjob_tag_id_same", parent="contacts_tag"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.BigIntegerField(help_text="Physical line in the file.")),
                ("outcome", models.CharField(max_length=40)),
                (
                    "since",
                    models.DateTimeField(blank=True, help_text="Date of the STOP that stands.", null=True),
                ),
                ("cells", models.JSONField(default=list)),
                ("contact_id", models.BigIntegerField(blank=True, null=True)),
                (
                    "job",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="contacts.importjob",
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
                    tenants.rowsecurity.RowSecurity(name="contacts_importrow_wall"),
                    models.UniqueConstraint(fields=("tenant", "id"), name="contacts_importrow_tid"),
                    tenants.rowsecurity.SameTenant(
                        column="job_id", name="importrow_job_id_same", parent="contacts_importjob"
                    ),
                    models.UniqueConstraint(fields=("job", "line"), name="contacts_import_row_once"),
                ],
            },
        ),
    ]
