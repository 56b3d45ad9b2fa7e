from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="contract",
            name="offering_id",
            field=models.CharField(db_index=True, max_length=32),
        ),
    ]
