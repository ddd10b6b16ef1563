"""What the own country holds need not be sent again; what only others hold is not told by that."""

import hashlib
from typing import Any

import pytest
from django.test import Client

from evidence.models import CustodyEvent, Intake, Submission
from tests.cast import Cast
from tests.integration.uploads.sending import announce, begin, new_picture, open_batch, send, standing

pytestmark = pytest.mark.django_db


def _client(officer: Any) -> Client:
    client = Client()
    client.force_login(officer)
    return client


def _announced(client: Client, content: bytes) -> Any:
    digest = hashlib.sha256(content).hexdigest()
    return announce(client, len(content), batch=open_batch(client, case_reference="again"), sha256=digest)


def _digests(answer: Any, content: bytes) -> list[str]:
    ranges = [tuple(map(int, each.split("-"))) for each in answer["Icse-Ranges"].split(",")]
    return [hashlib.sha256(content[first : last + 1]).hexdigest() for first, last in ranges]


def _declare(client: Client, place: str, digests: list[str]) -> Any:
    return client.post(f"{place}declaration/", {"digests": digests}, content_type="application/json")


@pytest.mark.parametrize("size", [1000, 300_000])
def test_own_file_is_declared_without_being_sent(cast: Cast, size: int) -> None:
    content = new_picture(size)
    send(_client(cast.owner), begin(_client(cast.owner), len(content)), content)
    colleague = _client(cast.colleague)

    answer = _announced(colleague, content)
    declared = _declare(colleague, answer["Location"], _digests(answer, content))

    assert declared.status_code == 200, declared.content
    assert (declared.json()["state"], declared.json()["verdict"]) == ("received", "known_to_your_country")
    submission = Submission.objects.get(pk=declared.json()["submission"])
    assert (submission.officer, submission.case_reference) == (cast.colleague, "again")
    (event,) = CustodyEvent.objects.filter(submission=submission)
    assert event.kind == "declared"
    assert len(event.detail["declared"]) == 3
    assert Intake.objects.get().files == 1
    assert standing(colleague, answer["Location"])["Icse-Verdict"] == "known_to_your_country"


def test_wrong_digests_declare_nothing_and_the_file_can_be_sent(cast: Cast) -> None:
    client = _client(cast.owner)
    content = new_picture(200_000)
    send(client, begin(client, len(content)), content)
    answer = _announced(client, content)

    refused = _declare(client, answer["Location"], ["0" * 64] * 3)

    assert (refused.status_code, refused.json()["error"]["reason"]) == (409, "not_shown")
    assert Submission.objects.count() == 1
    assert send(client, answer["Location"], content)["Icse-Verdict"] == "known_to_your_country"


def test_what_only_others_hold_is_answered_like_what_nobody_holds(cast: Cast) -> None:
    content, unheard = new_picture(2000), new_picture(2000)
    partner = _client(cast.partner)
    send(partner, begin(partner, len(content)), content)
    client = _client(cast.owner)
    answers = [_announced(client, each) for each in (content, unheard)]

    assert [answer.headers.keys() for answer in answers] == [answers[0].headers.keys()] * 2
    assert "Icse-Ranges" not in answers[0]
    refused = [_declare(client, answer["Location"], ["0" * 64] * 3) for answer in answers]
    assert {(each.status_code, each.content) for each in refused} == {(409, refused[0].content)}


def test_even_shared_files_of_others_are_sent(cast: Cast) -> None:
    """A country's own submission is what it can show in court: its own bytes, received."""
    content = new_picture(2000)
    partner = _client(cast.partner)
    batch = open_batch(partner, sharing="members")
    send(partner, begin(partner, len(content), batch=batch), content)

    assert "Icse-Ranges" not in _announced(_client(cast.owner), content)


def test_file_of_other_length_under_the_same_digest_is_none(cast: Cast) -> None:
    client = _client(cast.owner)
    content = new_picture(2000)
    send(client, begin(client, len(content)), content)
    digest = hashlib.sha256(content).hexdigest()

    answer = announce(client, 1999, batch=open_batch(client), sha256=digest)

    assert "Icse-Ranges" not in answer


def test_ranges_differ_from_upload_to_upload(cast: Cast) -> None:
    client = _client(cast.owner)
    content = new_picture(3_000_000)
    send(client, begin(client, len(content)), content)
    assert len({_announced(client, content)["Icse-Ranges"] for _ in range(4)}) == 4


def test_nobody_declares_another_s_upload(cast: Cast) -> None:
    client = _client(cast.owner)
    content = new_picture(2000)
    send(client, begin(client, len(content)), content)
    answer = _announced(client, content)

    assert _declare(_client(cast.colleague), answer["Location"], _digests(answer, content)).status_code == 404
