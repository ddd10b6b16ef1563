"""An open stream ends with the access of its officer: at once by message, within seconds without one."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.auth import AuthMiddlewareStack
from channels.layers import get_channel_layer
from channels.routing import URLRouter
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from accounts.consumers import NOT_SIGNED_IN
from accounts.models import Country, Officer, Unit
from icse.common.hints import group_of
from icse.urls import websocket_urlpatterns
from tests.cast import Cast, make_cast
from tests.integration.accounts.test_hints import finished, in_memory_layer

__all__ = ["in_memory_layer"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_memory_layer")]

Ending = Callable[[Officer, str], None]


@pytest.fixture
def cast(transactional_db: None) -> Iterator[Cast]:
    """Return the cast as committed rows, which the streams' own connections see."""
    yield make_cast()
    connection.close()


def session_of(officer: Officer) -> str:
    client = Client()
    client.force_login(officer)
    return str(client.cookies[django_settings.SESSION_COOKIE_NAME].value)


async def _asked(session_key: str) -> tuple[ApplicationCommunicator, dict[str, Any]]:
    """Ask for a stream as a browser with that session does; return it with the server's first answer."""
    cookie = f"{django_settings.SESSION_COOKIE_NAME}={session_key}".encode()
    scope = {"type": "websocket", "path": "/ws/hints/", "headers": [(b"cookie", cookie)]}
    stream = ApplicationCommunicator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)), scope)
    await stream.send_input({"type": "websocket.connect"})
    return stream, await stream.receive_output(timeout=5)


async def opened(session_key: str) -> ApplicationCommunicator:
    stream, answer = await _asked(session_key)
    assert answer["type"] == "websocket.accept"
    return stream


async def _leave(stream: ApplicationCommunicator) -> None:
    await stream.send_input({"type": "websocket.disconnect", "code": 1000})
    await stream.wait(timeout=2)


async def closed(stream: ApplicationCommunicator) -> dict[str, Any]:
    answer: dict[str, Any] = await stream.receive_output(timeout=5)
    return answer


def _suspend(officer: Officer, _: str) -> None:
    Officer.objects.filter(pk=officer.pk).update(is_active=False)


def _suspend_unit(officer: Officer, _: str) -> None:
    Unit.objects.filter(pk=officer.unit_id).update(is_active=False)


def _suspend_country(officer: Officer, _: str) -> None:
    Country.objects.filter(pk=officer.unit.country_id).update(state="suspended")


def _end_sessions(officer: Officer, _: str) -> None:
    Officer.objects.filter(pk=officer.pk).update(sessions_epoch=1)


def _delete_session(_: Officer, session_key: str) -> None:
    Session.objects.filter(session_key=session_key).delete()


@pytest.mark.parametrize(
    "ending", [_suspend, _suspend_unit, _suspend_country, _end_sessions, _delete_session]
)
def test_stream_ends_within_five_seconds_though_no_message_comes(cast: Cast, ending: Ending) -> None:
    session, other = session_of(cast.owner), session_of(cast.partner)

    async def talk() -> tuple[dict[str, Any], float, bool]:
        stream, bystander = await opened(session), await opened(other)
        begun = time.monotonic()
        await sync_to_async(ending)(cast.owner, session)
        answer = await closed(stream)
        seconds = time.monotonic() - begun
        untouched = await bystander.receive_nothing(timeout=0.2)
        await _leave(bystander)
        return answer, seconds, untouched

    answer, seconds, untouched = finished(talk())

    assert answer == {"type": "websocket.close", "code": NOT_SIGNED_IN}
    assert seconds < 5
    assert untouched


def test_message_closes_the_streams_of_one_session_alone(cast: Cast) -> None:
    session, other = session_of(cast.owner), session_of(cast.owner)

    async def talk() -> tuple[dict[str, Any], bool]:
        stream, bystander = await opened(session), await opened(other)
        message = {"type": "end", "session_key": session}
        await get_channel_layer().group_send(group_of(cast.owner.pk), message)
        answer = await asyncio.wait_for(closed(stream), 1)
        untouched = await bystander.receive_nothing(timeout=0.2)
        await _leave(bystander)
        return answer, untouched

    assert finished(talk()) == ({"type": "websocket.close", "code": NOT_SIGNED_IN}, True)


def test_stream_of_a_standing_session_stays_open(cast: Cast) -> None:
    """Without this, the question itself could be what closes streams."""
    session = session_of(cast.owner)

    async def talk() -> dict[str, Any]:
        stream = await opened(session)
        assert await stream.receive_nothing(timeout=2.5)
        await get_channel_layer().group_send(group_of(cast.owner.pk), {"type": "hint", "kind": "progress"})
        answer = json.loads((await stream.receive_output(timeout=1))["text"])
        await _leave(stream)
        return dict(answer)

    assert finished(talk())["number"] == 1


@pytest.mark.parametrize("ending", [_suspend, _suspend_unit, _suspend_country, _end_sessions])
def test_stream_of_an_ended_session_does_not_open(cast: Cast, ending: Ending) -> None:
    session = session_of(cast.owner)
    ending(cast.owner, session)

    _, answer = finished(_asked(session))

    assert (answer["type"], answer["code"]) == ("websocket.close", NOT_SIGNED_IN)
