"""Topics and posts."""

from factory.declarations import SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from forum.models import Post, Topic
from tests.factories.series import SeriesFactory


class TopicFactory(DjangoModelFactory[Topic]):
    """A topic about a series, opened by whoever started that."""

    class Meta:
        model = Topic

    series = SubFactory(SeriesFactory)
    title = Sequence(lambda number: f"Whose wallpaper is number {number}?")
    opened_by = SelfAttribute("series.created_by")


class PostFactory(DjangoModelFactory[Post]):
    """A post of whoever opened the topic."""

    class Meta:
        model = Post

    topic = SubFactory(TopicFactory)
    officer = SelfAttribute("topic.opened_by")
    text = "Has anybody seen this pattern?"
