"""What a file tells of whether another country holds it silently: held and new files, receipts and analyses.

Of `--files` each, held and new ones are handed in by turns through the API, in an order that changes. Of
every answer are compared: status, the names and values of headers, and the body, once ids and instants are
replaced; then the seconds that receipts took, and of `--analyzed` files each the states and the seconds of
their analysis, by the test of Mann and Whitney, two-sided. p > 0.05: the two cannot be told apart.

    python -m bench.bench_oracle [--files 1000] [--analyzed 100]
"""

import argparse
import io
import os
import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from unittest import mock
from uuid import UUID

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"

import django
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.utils import setup_test_environment
from django.urls import reverse
from PIL import Image
from scipy.stats import mannwhitneyu

from bench.installation import installation
from bench.quiet import load_note

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from accounts.models import Officer
    from tests.desk import Desk

ALIKE: Final = 0.05
_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DIGEST: Final = re.compile(r"\b[0-9a-f]{32,64}\b")
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)?")


@dataclass
class Seen:
    """What was answered for files of one kind, and how many seconds it took."""

    answers: Counter[str] = field(default_factory=Counter)
    receipts: list[float] = field(default_factory=list)
    timelines: Counter[tuple[str, ...]] = field(default_factory=Counter)
    analyses: list[float] = field(default_factory=list)


def drawings(count: int, seed: int) -> Iterator[bytes]:
    """Yield so many different small pictures, all of one size in pixels and nearly of one in bytes."""
    source = random.Random(seed)
    for _ in range(count):
        picture = Image.frombytes("RGB", (8, 6), source.randbytes(8 * 6 * 3)).resize((320, 240))
        stream = io.BytesIO()
        picture.save(stream, "JPEG", quality=90)
        yield stream.getvalue()


def plain(answer: "HttpResponseBase") -> str:
    """Return everything that an answer says, without ids, digests and instants."""
    headers = "\n".join(f"{name}: {value}" for name, value in sorted(answer.headers.items()))
    text = f"{answer.status_code}\n{headers}\n{answer.content.decode()}"  # type: ignore[attr-defined]
    text = re.sub(r'"size":\d+|Content-Length: \d+', "size", text)
    return _INSTANT.sub("instant", _DIGEST.sub("digest", _ID.sub("id", text)))


def handed_in(client: Client, content: bytes, seen: Seen) -> UUID:
    """Hand a file in, note the answer and its time, and return the material's id."""
    upload = SimpleUploadedFile("drawn.jpg", content, "image/jpeg")
    began = time.perf_counter()
    answer = client.post(reverse("api_submissions"), {"file": upload})
    seen.receipts.append(time.perf_counter() - began)
    if answer.status_code != 201:
        message = f"a file was answered {answer.status_code}: {answer.content.decode()[:300]}"
        raise SystemExit(message)
    seen.answers[plain(answer)] += 1
    return UUID(answer.json()["material"]["id"])


def analyzed(client: Client, desk: "Desk", material: UUID, seen: Seen) -> None:
    """Have a file analyzed, and note each state that its country is told and how long it all took."""
    states, address, spent = [], reverse("api_material", args=[material]), 0.0
    while True:
        states.append(client.get(address).json()["state"])
        began = time.perf_counter()
        outcome = desk.work_one()
        if outcome is None:
            break
        spent += time.perf_counter() - began
    seen.timelines[tuple(states)] += 1
    seen.analyses.append(spent)


def make_officers() -> "tuple[Officer, Officer]":
    """Return an officer who asks, and one of another country who holds."""
    from tests.factories.accounts import CountryFactory, OfficerFactory, UnitFactory  # noqa: PLC0415

    asker, holder = (
        OfficerFactory.create(unit=UnitFactory.create(country=CountryFactory.create(code=code)))
        for code in ("AA", "BB")
    )
    return asker, holder


def measure(files: int, of_them_analyzed: int) -> dict[str, Seen]:
    """Return what was seen of held and of new files."""
    from tests.desk import Desk  # noqa: PLC0415 - want Django set up
    from tests.roles import database_role, served  # noqa: PLC0415

    asker, holder = make_officers()
    desk = Desk(served, lambda: database_role("icse_engine"))
    held, new = list(drawings(files, 1)), list(drawings(files, 2))
    for content in held[:of_them_analyzed]:
        desk.hand_in(holder, content)
        desk.work_off()
    for content in held[of_them_analyzed:]:
        desk.hand_in(holder, content)
    client = Client()
    client.force_login(asker)
    seen = {"held": Seen(), "new": Seen()}
    for number, (one, other) in enumerate(zip(held, new, strict=True)):
        desk.lose_what_is_ordered()
        for name, content in random.sample([("held", one), ("new", other)], 2):
            material = handed_in(client, content, seen[name])
            if number < of_them_analyzed:
                analyzed(client, desk, material, seen[name])
    return seen


def told_apart(held: list[float], new: list[float]) -> str:
    """Return medians in milliseconds and the p of the two having one distribution."""
    p = mannwhitneyu(held, new).pvalue
    medians = " and ".join(f"{statistics.median(each) * 1000:.2f} ms" for each in (held, new))
    return f"medians {medians}, p = {p:.3f}{'' if p > ALIKE else '  TOLD APART'}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--analyzed", type=int, default=100)
    options = parser.parse_args()
    django.setup()
    setup_test_environment()
    # What is ordered is done here, one after the other: there is no broker.
    with installation(), mock.patch("icse.common.jobs.relay_now"):
        seen = measure(options.files, options.analyzed)
    held, new = seen["held"], seen["new"]
    print(
        f"{options.files} held, {options.files} new files, {options.analyzed} of each analyzed; {load_note()}"
    )
    print(f"  answers: {len(held.answers)} kinds of held, {len(new.answers)} of new files,", end=" ")
    print("the same" if held.answers == new.answers else "DIFFERENT")
    print(f"  receipts: {told_apart(held.receipts, new.receipts)}")
    print(
        f"  states: {'the same' if held.timelines == new.timelines else f'{held.timelines} {new.timelines}'}"
    )
    print(f"  analyses: {told_apart(held.analyses, new.analyses)}")


if __name__ == "__main__":
    main()
