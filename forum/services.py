"""Writes: opening a topic, writing in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from accounts.policies import Permission
from forum.errors import NothingWritten, TooMuchWritten
from forum.models import Post, Topic
from forum.policies import check_can_write
from forum.queries import get_visible_topic
from series.acts import record_act
from series.queries.listing import get_visible_series

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import Officer

TITLE_LENGTH = 200
TEXT_LENGTH = 10_000


@transaction.atomic
def open_topic(*, by: Officer, series_id: UUID, title: str, text: str) -> Topic:
    """Open a topic about a visible series, whichever country keeps it, with its first post.

    Raises:
        AccessDenied: The officer's role may not write in the forum.
        NotFound: The officer may not see the series.
        NothingWritten, TooMuchWritten: Title or text cannot be kept.
    """
    check_can_write(by)
    series = get_visible_series(by, series_id)
    topic = Topic.objects.create(
        series=series, title=_checked(" ".join(title.split()), TITLE_LENGTH), opened_by=by
    )
    Post.objects.create(topic=topic, officer=by, text=_checked(text.strip(), TEXT_LENGTH))
    record_act(by=by, act="topic.opened", right=Permission.TOPIC_WRITE, topic=topic.pk, series=series.pk)
    return topic


@transaction.atomic
def write_post(*, by: Officer, topic_id: UUID, text: str) -> Post:
    """Write in a topic about a visible series.

    Raises:
        AccessDenied: The officer's role may not write in the forum.
        NotFound: The officer may not see the topic.
        NothingWritten, TooMuchWritten: The text cannot be kept.
    """
    check_can_write(by)
    topic = get_visible_topic(by, topic_id)
    now = timezone.now()
    post = Post.objects.create(
        topic=topic, officer=by, text=_checked(text.strip(), TEXT_LENGTH), posted_at=now
    )
    Topic.objects.filter(pk=topic.pk).update(last_post_at=now)
    record_act(by=by, act="post.written", right=Permission.TOPIC_WRITE, post=post.pk, topic=topic.pk)
    return post


def _checked(written: str, limit: int) -> str:
    if not written:
        raise NothingWritten
    if len(written) > limit:
        raise TooMuchWritten(limit)
    return written
