"""The list of topics and the page of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.core.paginator import Paginator

from accounts.audit.viewing import showed
from forum.forms import PostForm, TopicForm
from forum.policies import check_can_write
from forum.queries import get_visible_topic, list_posts, list_topics, list_withheld_posts
from icse.common.access import allows
from series.contexts.access import series_chain
from series.queries.listing import get_visible_series

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import Officer

TOPICS_ON_A_PAGE: Final = 40


def list_context(
    officer: Officer, *, series_id: UUID | None, page: str, form: TopicForm | None = None
) -> dict[str, Any]:
    """Return the topics that the officer may see, of one series if it is named, and the form to open one.

    Raises:
        NotFound: The officer may not see that series.
    """
    series = get_visible_series(officer, series_id) if series_id else None
    shown = Paginator(list_topics(officer, series=series), TOPICS_ON_A_PAGE).get_page(page)
    showed(topic.pk for topic in shown)
    return {
        "page": shown,
        "topics": list(shown),
        "series": series,
        "withheld": [] if series else list_withheld_posts(),
        "may_write": allows(check_can_write, officer),
        "form": form or TopicForm(initial={"series": series_id}),
    }


def topic_context(officer: Officer, topic_id: UUID, *, form: PostForm | None = None) -> dict[str, Any]:
    """Return a topic with its posts and the form to write one.

    Raises:
        NotFound: There is none that the officer may see.
    """
    topic = get_visible_topic(officer, topic_id)
    showed((topic.series_id,))
    return {
        "topic": topic,
        "chains": [series_chain(officer, topic.series)],
        "posts": list(list_posts(officer, topic)),
        "may_write": allows(check_can_write, officer),
        "form": form or PostForm(),
    }
