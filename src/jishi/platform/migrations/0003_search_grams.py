"""Words and marks of the search projection, and the full-text index over them."""

from django.db import migrations, models

from jishi.platform import fulltext

FTS = (
    f"CREATE VIRTUAL TABLE {fulltext.TABLE} USING fts5("
    "shown, inside, marks, content='', columnsize=0, tokenize='ascii')"
)
COLUMN = "ALTER TABLE platform_searchrow ADD COLUMN grams tsvector"
INDEX = "CREATE INDEX platform_searchrow_grams ON platform_searchrow USING gin (grams)"


def make(apps, editor):
    sqlite = editor.connection.vendor == "sqlite"
    for statement in (FTS,) if sqlite else (COLUMN, INDEX):
        editor.execute(statement)
    fulltext.rebuild(apps.get_model("platform", "SearchRow").objects.order_by("id").iterator(2000))


def unmake(apps, editor):
    sqlite = editor.connection.vendor == "sqlite"
    editor.execute(f"DROP TABLE {fulltext.TABLE}" if sqlite else "ALTER TABLE platform_searchrow DROP COLUMN grams")


class Migration(migrations.Migration):

    dependencies = [
        ('platform', '0002_api_token'),
    ]

    operations = [
        migrations.AddField('searchrow', 'inside', models.TextField(blank=True, default=''), preserve_default=False),
        migrations.AddField('searchrow', 'marks', models.TextField(blank=True, default=''), preserve_default=False),
        migrations.RunPython(make, unmake),
    ]
