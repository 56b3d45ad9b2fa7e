from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("platform", "0004_search_apart"),
    ]

    operations = [
        migrations.AddField(
            model_name="grant",
            name="department",
            field=models.CharField(blank=True, db_default="", default="", max_length=80),
        ),
    ]
