from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0002_contract_of_each"),
    ]

    operations = [
        migrations.AddField(
            model_name="contract",
            name="payer",
            field=models.CharField(default="winner", max_length=8),
        ),
        migrations.AddField(
            model_name="contract",
            name="receives_fen",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="contract",
            name="fee_fen",
            field=models.BigIntegerField(default=0),
        ),
    ]
