"""Words and marks of the search projection, and the full-text index over them."""

from django.db import migrations, models

from jishi.platform import fulltext

FTS = (
    f"CREATE VIRTUAL TABLE {fulltext.TABLE} USING fts5("
    "shown, inside, marks, content='', columnsize=0, tokenize='ascii')"
)


def make(apps, editor):
    if editor.connection.vendor == "sqlite":  # on PostgreSQL the index stands in a table of its own, made next
        editor.execute(FTS)
        fulltext.rebuild(apps.get_model("platform", "SearchRow").objects.order_by("id").iterator(2000))


def unmake(apps, editor):
    if editor.connection.vendor == "sqlite":
        editor.execute(f"DROP TABLE {fulltext.TABLE}")


class Migration(migrations.Migration):

    dependencies = [
        ('platform', '0002_api_token'),
    ]

    operations = [
        migrations.AddField('searchrow', 'inside', models.TextField(blank=True, default=''), preserve_default=False),
        migrations.AddField('searchrow', 'marks', models.TextField(blank=True, default=''), preserve_default=False),
        migrations.RunPython(make, unmake),
    ]
