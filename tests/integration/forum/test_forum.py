"""The forum: who reads, who writes, what is refused."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Sharing
from forum.errors import NothingWritten, TooMuchWritten
from forum.models import Post, Topic
from forum.queries import get_visible_topic, list_posts, list_topics
from forum.services import open_topic, write_post
from icse.common.errors import AccessDenied, NotFound
from series.models import Series
from series.services.merging import merge_series
from tests.cast import Cast
from tests.conftest import ServedSwitch
from tests.factories.forum import PostFactory, TopicFactory
from tests.factories.series import SeriesFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shared(cast: Cast) -> Series:
    """Return a series of AA's analyst that all members may see."""
    made: Series = SeriesFactory.create(created_by=cast.analyst, sharing=Sharing.MEMBERS)
    return made


def test_topic_is_opened_and_answered_across_countries(
    cast: Cast, shared: Series, as_app: ServedSwitch
) -> None:
    with as_app(cast.owner):
        topic = open_topic(by=cast.owner, series_id=shared.pk, title=" Whose  wallpaper? ", text="Seen it?")
    with as_app(cast.partner):
        write_post(by=cast.partner, topic_id=topic.pk, text="Sold here in 2019.")
    with as_app(cast.third):
        posts = list_posts(cast.third, get_visible_topic(cast.third, topic.pk))
        assert [post.text for post in posts] == ["Seen it?", "Sold here in 2019."]
    topic.refresh_from_db()
    assert (topic.title, topic.last_post_at) == ("Whose wallpaper?", posts[1].posted_at)


@pytest.mark.parametrize(
    ("sharing", "readers"),
    [
        (Sharing.NATIONAL, {"owner", "colleague", "analyst"}),
        (Sharing.MEMBERS, {"owner", "colleague", "analyst", "partner", "partner_analyst", "third"}),
    ],
)
def test_topic_is_seen_by_whoever_sees_its_series(cast: Cast, sharing: Sharing, readers: set[str]) -> None:
    post = PostFactory.create(topic__series__created_by=cast.analyst, topic__series__sharing=sharing)
    assert {part for part, who in cast.officers() if list_topics(who).exists()} == readers
    assert {part for part, who in cast.officers() if list_posts(who, post.topic).exists()} == readers
    with pytest.raises(NotFound):
        get_visible_topic(cast.administrator, post.topic.pk)


@pytest.mark.parametrize("part", ["national_administrator", "administrator", "auditor"])
def test_roles_without_the_right_write_nothing(cast: Cast, shared: Series, part: str) -> None:
    topic = TopicFactory.create(series=shared)
    with pytest.raises(AccessDenied):
        open_topic(by=getattr(cast, part), series_id=shared.pk, title="Title", text="Text")
    with pytest.raises(AccessDenied):
        write_post(by=getattr(cast, part), topic_id=topic.pk, text="Text")
    assert (Topic.objects.count(), Post.objects.count()) == (1, 0)


def test_foreign_series_and_topics_are_not_found(cast: Cast) -> None:
    topic = TopicFactory.create(series__created_by=cast.analyst)
    for series_id in (topic.series_id, uuid4()):
        with pytest.raises(NotFound):
            open_topic(by=cast.partner, series_id=series_id, title="Title", text="Text")
    with pytest.raises(NotFound):
        write_post(by=cast.partner, topic_id=topic.pk, text="Text")
    assert (Topic.objects.count(), Post.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("title", "text", "refusal"),
    [
        (" ", "Text", NothingWritten),
        ("Title", "\n", NothingWritten),
        ("T" * 201, "Text", TooMuchWritten),
        ("Title", "t" * 10_001, TooMuchWritten),
    ],
)
def test_what_cannot_be_kept_is_not_half_kept(
    cast: Cast, shared: Series, title: str, text: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        open_topic(by=cast.owner, series_id=shared.pk, title=title, text=text)
    assert not Topic.objects.exists()


def test_topics_follow_a_merged_series(cast: Cast) -> None:
    one, other = (SeriesFactory.create(created_by=cast.analyst) for _ in range(2))
    topic = TopicFactory.create(series=other)
    TopicFactory.create(series__created_by=cast.analyst)
    merge_series(by=cast.analyst, series_id=one.pk, other_id=other.pk)
    assert list(list_topics(cast.owner, series=one)) == [topic]


def test_lists_take_the_same_number_of_queries(cast: Cast, shared: Series) -> None:
    def queries(more: int) -> int:
        for _ in range(more):
            PostFactory.create(topic__series=shared)
            PostFactory.create(topic=Topic.objects.all()[0])
        with CaptureQueriesContext(connection) as captured:
            topics = list(list_topics(cast.partner))
            shown = [(each.series.name, each.opened_by.unit.country.code) for each in topics]
            shown += [(post.text, post.officer.unit.name) for post in list_posts(cast.partner, topics[0])]
            assert shown
        return len(captured)

    queries(1)
    assert queries(1) == queries(6)
