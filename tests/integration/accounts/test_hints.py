"""The one stream of an officer: who may open it, what it carries."""

import asyncio
import json
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.layers import get_channel_layer
from django.contrib.auth.models import AnonymousUser

from accounts.consumers import NOT_SIGNED_IN, HintsConsumer
from accounts.models import Officer, Sharing
from evidence.queries import watchers_of
from icse.common.hints import group_of
from tests.cast import Cast
from tests.conftest import RoleSwitch
from tests.factories.evidence import SubmissionFactory, submitted
from tests.factories.sharing import grouped

T = TypeVar("T")


@pytest.fixture
def in_memory_layer(settings: Any) -> None:
    """Hints travel within the process."""
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}


def finished(talk: Coroutine[Any, Any, T]) -> T:
    """Run a conversation in a thread of its own: this one may hold a browser's event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, talk).result()


async def opened(officer: Officer | AnonymousUser) -> tuple[ApplicationCommunicator, dict[str, Any]]:
    """Open a stream as somebody and return it with the server's first answer."""
    stream = ApplicationCommunicator(
        HintsConsumer.as_asgi(), {"type": "websocket", "path": "/ws/hints/", "user": officer}
    )
    await stream.send_input({"type": "websocket.connect"})
    return stream, await stream.receive_output(timeout=2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("in_memory_layer")
def test_nobody_signed_out_opens_a_stream() -> None:
    """The socket is closed with a code of its own."""
    _, answer = finished(opened(AnonymousUser()))

    assert (answer["type"], answer["code"]) == ("websocket.close", NOT_SIGNED_IN)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("in_memory_layer")
def test_hints_are_numbered_and_carry_no_content(cast: Cast) -> None:
    """An officer hears of their own stream alone; what they say is not read."""
    listener, somebody_else = cast.owner, cast.colleague

    async def talk() -> list[object]:
        stream, answer = await opened(listener)
        heard: list[object] = [answer["type"]]
        await stream.send_input({"type": "websocket.receive", "text": "not even JSON"})
        layer = get_channel_layer()
        for officer in (listener, somebody_else, listener):
            await layer.group_send(group_of(officer.pk), {"type": "hint", "kind": "progress"})
        heard += [json.loads((await stream.receive_output(timeout=2))["text"]) for _ in range(2)]
        heard.append(await stream.receive_nothing())
        await stream.send_input({"type": "websocket.disconnect", "code": 1000})
        await stream.wait(timeout=2)
        return heard

    assert finished(talk()) == [
        "websocket.accept",
        {"number": 1, "kind": "progress"},
        {"number": 2, "kind": "progress"},
        True,
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("sharing", Sharing.values)
def test_watchers_are_exactly_those_who_may_see(cast: Cast, as_engine: RoleSwitch, sharing: str) -> None:
    """The recipients of hints and `visible_to` are one rule from two sides."""
    group = grouped(cast.owner, cast.partner)
    material = submitted(cast.owner, sharing=sharing, groups=[group.pk], analyzed_at=None)

    with as_engine():
        told = set(watchers_of(material.pk))

    may_see = {
        officer.pk
        for _, officer in cast.officers()
        if type(material).objects.visible_to(officer).filter(pk=material.pk).exists()
    }
    assert told == may_see
    assert cast.owner.pk in told


@pytest.mark.django_db
def test_silent_holder_hears_nothing_of_a_later_submission(cast: Cast, as_engine: RoleSwitch) -> None:
    """That a file was handed in elsewhere is not to be learnt from a hint either."""
    material = submitted(cast.partner)
    SubmissionFactory(material=material, officer=cast.owner, analyzed_at=None)

    with as_engine():
        told = set(watchers_of(material.pk))

    assert cast.owner.pk in told
    assert not told & {cast.partner.pk, cast.partner_analyst.pk}
