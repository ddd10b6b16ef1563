"""Five seconds: from an administrator's click to the end of sessions, tokens and streams."""

import time
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.consumers import NOT_SIGNED_IN
from accounts.models import Officer, Unit
from tests.cast import Cast
from tests.factories.accounts import ApiTokenFactory
from tests.integration.accounts.test_hints import finished, in_memory_layer
from tests.integration.accounts.test_streams import cast, closed, opened, session_of

__all__ = ["cast", "in_memory_layer"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_memory_layer")]

ACTS = {
    "officer suspended": ("officer_service", {"act": "suspend"}),
    "officer left": ("officer_service", {"act": "leave"}),
    "role changed": ("change_role", {"role": "analyst"}),
    "officer moved": ("transfer_officer", {"unit": "field"}),
    "unit suspended": ("unit_service", {"act": "suspend"}),
    "country suspended": ("step_country", {"act": "suspend", "note": "lost its keys"}),
}


def _address(name: str, officer: Officer) -> str:
    named = {"unit_service": officer.unit_id, "step_country": officer.unit.country_id}
    return reverse(name, args=[named.get(name, officer.pk)])


@pytest.mark.parametrize("message_is_lost", [False, True], ids=["message", "no message"])
@pytest.mark.parametrize("act", ACTS)
def test_access_is_over_within_five_seconds(
    cast: Cast, act: str, *, message_is_lost: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if message_is_lost:
        monkeypatch.setattr("accounts.onboarding.services.ending.close_streams_of", lambda _: None)
    officer = cast.owner
    field = Unit.objects.create(country=officer.unit.country, name="Field")
    Officer.objects.filter(pk=officer.pk).update(unit=field)
    officer.refresh_from_db()
    ApiTokenFactory.create(officer=officer, text="mine")
    name, told = ACTS[act]
    if name == "transfer_officer":
        told = {"unit": str(cast.colleague.unit_id)}
    session = session_of(officer)
    administrator = Client()
    administrator.force_login(cast.administrator if name == "step_country" else cast.national_administrator)
    begun = [0.0]

    def click() -> int:
        begun[0] = time.monotonic()
        return administrator.post(_address(name, officer), told).status_code

    async def talk() -> tuple[int, dict[str, Any]]:
        stream = await opened(session)
        status = await sync_to_async(click)()
        return status, await closed(stream)

    status, answer = finished(talk())
    seconds = time.monotonic() - begun[0]

    assert status == 302
    assert answer == {"type": "websocket.close", "code": NOT_SIGNED_IN}
    assert seconds < (5 if message_is_lost else 1.5)
    assert _is_sent_away(session)
    headers = {"Authorization": "Bearer mine"}
    assert Client().get(reverse("api_submissions"), headers=headers).status_code == 401


def _is_sent_away(session: str) -> bool:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    answer = client.get(reverse("account"))
    return answer.status_code == 302 and reverse("sign_in") in answer["Location"]
