from django.db import models
from django.utils import timezone

from accounts.models import Officer
from forum.querysets import TopicQuerySet
from icse.common.ids import new_id
from series.models import Series


class Topic(models.Model):
    """A thread about a series; seen by whoever may see the series."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="topics")
    title = models.CharField(max_length=200)
    opened_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    last_post_at = models.DateTimeField(default=timezone.now)

    objects = TopicQuerySet.as_manager()

    class Meta:
        ordering = ("-last_post_at",)

    def __str__(self) -> str:
        return self.title


class Post(models.Model):
    """What an officer said in a topic; plain text."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="posts")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=10_000)
    posted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("posted_at", "id")

    def __str__(self) -> str:
        return f"post of {self.officer_id}"
