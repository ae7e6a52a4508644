from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("coaching", "0002_private_notes_of_their_author")]

    operations = [
        migrations.AddField(
            model_name="note",
            name="archived_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
