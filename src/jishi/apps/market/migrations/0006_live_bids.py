from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("market", "0005_mechanism_of_each"),
    ]

    operations = [
        migrations.AddField(
            model_name="offering",
            name="mark",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="registration",
            name="ticket_series",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
