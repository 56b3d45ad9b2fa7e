"""On PostgreSQL the full-text index stands in a narrow table of its own, in fours of characters.

A million rows take some minutes. The column `grams` of older databases stays, since an older version may still write it;
it goes one version later.
"""

from django.db import migrations

from jishi.platform import fulltext

MAKE = (
    # Only a row of more than 2,000 bytes is looked at for what may stand apart: blanks, which shrink to a few bytes,
    # make it so long. Then the words stand apart, and a hundred rows on a page where eight would.
    f"CREATE TABLE {fulltext.TABLE} (id bigint PRIMARY KEY, division varchar(6) NOT NULL, state varchar(40) NOT NULL,"
    " grams tsvector NOT NULL, blank text NOT NULL DEFAULT repeat(' ', 2100)) WITH (toast_tuple_target = 128)",
    f"ALTER TABLE {fulltext.TABLE} ALTER COLUMN grams SET STORAGE EXTERNAL",
)
INDEX = f"CREATE INDEX {fulltext.TABLE}_grams ON {fulltext.TABLE} USING gin (grams)"


def make(apps, editor):
    if editor.connection.vendor == "sqlite":
        return
    for statement in MAKE:
        editor.execute(statement)
    fulltext.rebuild(apps.get_model("platform", "SearchRow").objects.order_by("id").iterator(2000))
    editor.execute(INDEX)


def unmake(apps, editor):
    if editor.connection.vendor != "sqlite":
        editor.execute(f"DROP TABLE {fulltext.TABLE}")


class Migration(migrations.Migration):

    dependencies = [
        ('platform', '0003_search_grams'),
    ]

    operations = [
        migrations.RunPython(make, unmake),
    ]
