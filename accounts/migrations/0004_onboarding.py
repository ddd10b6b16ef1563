from django.db import migrations, models


class Migration(migrations.Migration):
    """A country walks through states, units can be suspended, officers can leave; the rest stays as it is."""

    dependencies = [
        ("accounts", "0003_members_scope"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="country",
            name="country_state_is_known",
        ),
        migrations.AddField(
            model_name="officer",
            name="former_email",
            field=models.EmailField(blank=True, max_length=254),
        ),
        migrations.AddField(
            model_name="officer",
            name="last_active_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="officer",
            name="left_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="officer",
            name="sessions_epoch",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="unit",
            name="is_active",
            field=models.BooleanField(default=True),
        ),
        migrations.AlterField(
            model_name="country",
            name="state",
            field=models.CharField(
                choices=[
                    ("invited", "Invited"),
                    ("documents", "Documents"),
                    ("approved", "Approved"),
                    ("active", "Active"),
                    ("suspended", "Suspended"),
                ],
                default="invited",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="country",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["invited", "documents", "approved", "active", "suspended"])
                ),
                name="country_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="officer",
            constraint=models.CheckConstraint(
                condition=models.Q(("left_at", None), ("is_active", False), _connector="OR"),
                name="officer_who_left_is_inactive",
            ),
        ),
    ]
