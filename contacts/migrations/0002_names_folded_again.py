"""Names kept for search before ø, ł, æ and the like were folded: the same as contacts.rules.names does now."""

from django.db import migrations

FOLD = """
CREATE FUNCTION pg_temp.folded(kept text, most int) RETURNS text LANGUAGE sql IMMUTABLE AS $fold$
SELECT btrim(left(btrim(regexp_replace(replace(replace(replace(translate(
    kept, 'øłđðıħŧ', 'olddiht'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), '\\s+', ' ', 'g')), most))
$fold$
"""
# Behind the tables' walls, which hold for their owner too: tenant by tenant.
AGAIN = """
DO $again$
DECLARE one bigint;
BEGIN
    FOR one IN SELECT id FROM tenants_tenant LOOP
        PERFORM set_config('app.tenant_id', one::text, true);
        UPDATE contacts_contact
        SET search_name = pg_temp.folded(search_name, 250), search_last = pg_temp.folded(search_last, 120)
        WHERE search_name ~ '[øłđðıħŧæœþ]|\\s\\s' OR search_last ~ '[øłđðıħŧæœþ]|\\s\\s';
    END LOOP;
    PERFORM set_config('app.tenant_id', '', true);
END
$again$
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0001_initial")]
    operations = [
        migrations.RunSQL(FOLD, migrations.RunSQL.noop),
        migrations.RunSQL(AGAIN, migrations.RunSQL.noop),
    ]
