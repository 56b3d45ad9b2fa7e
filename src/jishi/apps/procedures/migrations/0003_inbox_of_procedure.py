"""Read the inbox of one procedure in the order of an index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the index."""

    dependencies = [("procedures", "0002_file_hash")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["role", "procedure", "due_ms", "id"], name="case_inbox_procedure"),
        ),
    ]
