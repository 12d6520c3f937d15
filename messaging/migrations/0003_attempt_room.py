"""Half of each page of attempts stays free for their ends.

An attempt is written when a message begins and once more when its answer is there, some 50 ms later. With room on
its page the second writing touches no index; without it, it writes two entries and fills as much space elsewhere.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_opt_out_wording_by_time")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE messaging_attempt SET (fillfactor = 50)",
            "ALTER TABLE messaging_attempt RESET (fillfactor)",
        )
    ]
