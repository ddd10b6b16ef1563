"""Reads of topics and posts; whether a topic may be read is its series' matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import connection
from django.db.models import Count, Q

from forum.models import Post, Topic
from icse.common.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from accounts.models import Officer
    from forum.querysets import TopicQuerySet
    from series.models import Series


POSTS_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class WithheldPost:
    """What the officer wrote in a topic that they may not see any more."""

    text: str
    posted_at: datetime


def list_withheld_posts() -> list[WithheldPost]:
    """Return what the asker wrote about series that are no longer shared with them, newest first.

    Their own words and nothing of the topic. Where they stand in no scope nothing is told at all.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT body, posted_at FROM forum_withheld_posts(%s)", [POSTS_SHOWN])
        return [WithheldPost(*row) for row in cursor.fetchall()]


def list_topics(officer: Officer, *, series: Series | None = None) -> TopicQuerySet:
    """Return the topics that the officer may see, the last written first, each with its `post_count`.

    Of one series if it is named, with the topics of those that were merged into it.
    """
    topics = Topic.objects.visible_to(officer).select_related("series__country", "opened_by__unit__country")
    if series is not None:
        topics = topics.filter(Q(series=series) | Q(series__merged_into=series))
    return topics.annotate(post_count=Count("posts")).order_by("-last_post_at", "pk")


def find_visible_topics(officer: Officer, topic_ids: Collection[UUID]) -> list[Topic]:
    """Return those of the topics that the officer may see, in no order; the others are left out."""
    return list(Topic.objects.visible_to(officer).filter(pk__in=topic_ids))


def get_visible_topic(officer: Officer, topic_id: UUID) -> Topic:
    """Return a topic about a series that the officer may see.

    Raises:
        NotFound: There is none.
    """
    topics = Topic.objects.visible_to(officer).select_related("series__country", "opened_by__unit__country")
    topic = topics.filter(pk=topic_id).first()
    if topic is None:
        raise NotFound
    return topic


def list_posts(officer: Officer, topic: Topic) -> QuerySet[Post]:
    """Return the posts of a topic that the officer may see, the first one first."""
    seen = Topic.objects.visible_to(officer).filter(pk=topic.pk)
    posts = Post.objects.filter(topic__in=seen).select_related("officer__unit__country")
    return posts.order_by("posted_at", "pk")
