from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0003_contract_payer"),
    ]

    operations = [
        migrations.AddField(
            model_name="instalment",
            name="overdue_ms",
            field=models.BigIntegerField(null=True),
        ),
    ]
