"""The pages of the forum."""

import pytest
from django.test import Client
from django.urls import reverse

from forum.models import Post, Topic
from series.models import Series
from tests.cast import Cast
from tests.factories.forum import PostFactory, TopicFactory
from tests.factories.series import SeriesFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def series(cast: Cast) -> Series:
    """Return a series that all members may see."""
    made: Series = SeriesFactory.create(created_by=cast.analyst, sharing="members", name="Blue wallpaper")
    return made


def test_forum_says_where_topics_come_from(client: Client, cast: Cast) -> None:
    client.force_login(cast.owner)

    assert b"A topic is always about a series." in client.get(reverse("forum")).content


def test_topic_is_opened_about_a_series(client: Client, cast: Cast, series: Series) -> None:
    client.force_login(cast.partner)

    opened = client.post(
        reverse("forum"), {"series": series.pk, "title": "Whose wallpaper?", "text": "Blue birds."}
    )

    topic = Topic.objects.get()
    assert opened.headers["Location"] == reverse("topic", args=[topic.pk])
    assert topic.series == series


def test_topic_without_a_text_is_asked_for_again(client: Client, cast: Cast, series: Series) -> None:
    client.force_login(cast.partner)

    answer = client.post(reverse("forum"), {"series": series.pk, "title": "Whose wallpaper?", "text": ""})

    assert "The topic was not opened" in answer.content.decode()
    assert not Topic.objects.exists()


def test_post_is_plain_text_in_its_topic(client: Client, cast: Cast, series: Series) -> None:
    topic = TopicFactory.create(series=series)
    client.force_login(cast.partner)

    client.post(reverse("topic", args=[topic.pk]), {"text": "<b>Seen</b> in the north."})
    page = client.get(reverse("topic", args=[topic.pk])).content.decode()

    assert Post.objects.get().text == "<b>Seen</b> in the north."
    assert "&lt;b&gt;Seen&lt;/b&gt; in the north." in page


def test_list_is_narrowed_to_one_series(client: Client, cast: Cast, series: Series) -> None:
    about_it = TopicFactory.create(series=series)
    TopicFactory.create(series=SeriesFactory.create(created_by=cast.analyst, sharing="members"))
    client.force_login(cast.owner)

    assert client.get(reverse("forum"), {"series": str(series.pk)}).context["topics"] == [about_it]


def test_topic_about_an_invisible_series_is_missing(client: Client, cast: Cast) -> None:
    topic = TopicFactory.create(series=SeriesFactory.create(created_by=cast.analyst))
    PostFactory.create(topic=topic)
    client.force_login(cast.third)

    assert client.get(reverse("topic", args=[topic.pk])).status_code == 404
    assert client.post(reverse("topic", args=[topic.pk]), {"text": "Hello"}).status_code == 404
    assert client.get(reverse("forum")).context["topics"] == []
