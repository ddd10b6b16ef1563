from django.db import models
from django.utils import timezone

from accounts.models import Country, Officer, Unit
from evidence.models import Submission
from icse.common.ids import new_id


class HitPolicy(models.TextChoices):
    """What others learn of a holding that they cannot see."""

    SILENT = "silent", "Nothing at all"
    BLIND = "blind", "That some unit holds related material"
    NAMED = "named", "Also which country and unit"


def _is_known(field: str) -> models.Q:
    return models.Q(**{f"{field}__in": HitPolicy.values})


class CountryHitPolicy(models.Model):
    """What a country lets others learn of its holdings; a country without one is silent."""

    country = models.OneToOneField(Country, on_delete=models.PROTECT, primary_key=True, related_name="+")
    policy = models.CharField(max_length=10, choices=HitPolicy, default=HitPolicy.SILENT)

    class Meta:
        constraints = (models.CheckConstraint(condition=_is_known("policy"), name="country_policy_is_known"),)

    def __str__(self) -> str:
        return f"{self.policy} for {self.country_id}"


class SubmissionHitPolicy(models.Model):
    """What a country says of one submission instead."""

    submission = models.OneToOneField(
        Submission, on_delete=models.CASCADE, primary_key=True, related_name="hit_policy"
    )
    policy = models.CharField(max_length=10, choices=HitPolicy)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=_is_known("policy"), name="submission_policy_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.policy} for {self.submission_id}"


class Hit(models.Model):
    """That somebody whom the asker cannot see holds material related to a submission of the asker's.

    One for each material and unit, however many hold what is related; it names neither kind nor score.
    `named_country` and `named_unit` are those of a holder whose policy is to be named.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    named_country = models.ForeignKey(Country, on_delete=models.PROTECT, null=True, related_name="+")
    named_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    found_at = models.DateTimeField(default=timezone.now)
    asked_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["submission"], name="hit_once_a_submission"),)

    def __str__(self) -> str:
        return f"hit {self.pk}"


class Contact(models.Model):
    """A holder's side of a hit, shown to the holder once contact was asked for.

    `asker_country` and `asker_unit` are empty until the holder agrees: what the row does not hold, nobody
    can read off it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    hit = models.ForeignKey(Hit, on_delete=models.CASCADE, related_name="contacts")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(null=True)
    agreed_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")
    asker_country = models.ForeignKey(Country, on_delete=models.PROTECT, null=True, related_name="+")
    asker_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["hit", "country", "unit"], name="contact_once_a_unit"),
            models.CheckConstraint(
                condition=models.Q(agreed_at__isnull=True) | models.Q(declined_at__isnull=True),
                name="contact_is_agreed_or_declined",
            ),
            models.CheckConstraint(
                condition=models.Q(agreed_at__isnull=False) | models.Q(asker_country__isnull=True),
                name="contact_names_nobody_before",
            ),
        )

    def __str__(self) -> str:
        return f"contact {self.pk}"
