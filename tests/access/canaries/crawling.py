"""Reading all that one asker can reach: every address about every object, and every link from there."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections import Counter, deque
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from django.urls import Resolver404, resolve, reverse

from evidence.models import Derivative
from tests.access.belongings import SHARED_WORD
from tests.access.expected import read_operations
from tests.addresses import all_addresses

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.http.response import HttpResponseBase

    from tests.access.askers import Asker
    from tests.access.canaries.words import Canaries
    from tests.addresses import Address

PARAMETERS: Final = {
    "factor_id": "authenticator_id",
    "group_id": "sharinggroup_id",
    "membership_id": "groupmembership_id",
    "query_id": "picturequery_id",
    "session_id": "usersession_id",
    "token_id": "apitoken_id",
}
"""What addresses call an object where that is not the name of its model."""

TAKING_OUT: Final = ("evidence:original", "api_original")
"""Addresses that hand out a file by POST."""

VARIANTS: Final = 6
"""So many queries of one address are followed; facets and pages would multiply without end."""

_LINK: Final = re.compile(
    r"""(?:href|src|hx-get|action|data-\w*(?:url|src|href|address)[\w-]*)=["']([^"'#]+)"""
)
_JSON_LINK: Final = re.compile(r'"(?:https?://[^/"]+)?(/[^"\s]*)"')
_LEFT_ALONE: Final = frozenset({"sign_out"})


@dataclass
class Reading:
    """What one asker met: how many pages of which status, and each canary with the first address of it."""

    pages: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    met: dict[str, str] = field(default_factory=dict)


class Crawl:
    """One asker going through everything."""

    def __init__(self, asker: Asker, canaries: Canaries) -> None:
        self._client = asker.client()
        self._canaries = canaries
        self._waiting: deque[str] = deque()
        self._known: set[str] = set()
        self._variants: Counter[str] = Counter()
        self.reading = Reading()

    def run(self, starts: Sequence[str]) -> Reading:
        """Read every start and whatever links lead on to."""
        for start in starts:
            self._add(start, is_start=True)
        while self._waiting:
            self._read(self._waiting.popleft())
        for material in self._canaries.ids["material_id"]:
            for name in TAKING_OUT:
                path = reverse(name, args=[material])
                self._take(path, self._client.post(path, {"reason": "drawn", "acknowledged": "on"}))
        return self.reading

    def _add(self, address: str, *, is_start: bool = False) -> None:
        parts = urlsplit(address)
        query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))
        key = f"{parts.path}?{query}" if query else parts.path
        if key in self._known or not (is_start or self._leads_on(parts.path)):
            return
        self._known.add(key)
        self._waiting.append(key)

    def _leads_on(self, path: str) -> bool:
        self._variants[path] += 1
        try:
            name = resolve(path).view_name
        except Resolver404:
            return False
        return self._variants[path] <= VARIANTS and name not in _LEFT_ALONE

    def _read(self, address: str) -> None:
        answer = self._client.get(address)
        body = self._take(address, answer)
        for link in links_in(body, address, is_json="json" in answer.headers.get("Content-Type", "")):
            self._add(link)

    def _take(self, address: str, answer: HttpResponseBase) -> str:
        """Note what an answer shows beyond what it was asked for, and return its text."""
        self.reading.pages += 1
        self.reading.statuses[answer.status_code] += 1
        body = text_of(answer)
        head = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
        echoed = self._canaries.found_in(address)
        for word in self._canaries.found_in(head + body) - echoed:
            self.reading.met.setdefault(word, address)
        return body


def starts(canaries: Canaries) -> list[str]:
    """Return every address about every object, and the searches for the word that stands everywhere."""
    searches = [f"{reverse(name)}?{key}={SHARED_WORD}" for name, key in SEARCHES]
    answered = {name for name, method in read_operations() if method == "GET"}
    read = [address for address in all_addresses() if address.full_name in answered]
    return searches + [path for address in read for path in _paths(address, canaries)]


SEARCHES: Final = (
    ("search", "q"),
    ("materials", "q"),
    ("api_search", "q"),
    ("api_series_list", "q"),
    ("series_list", "words"),
    ("officers", "words"),
    ("countries", "words"),
)
"""Everything that looks words up, with the name of the field for them."""


def _paths(address: Address, canaries: Canaries) -> Iterator[str]:
    names = sorted(address.parameters)
    kinds = {"kind": list(Derivative.Kind.values)}
    choices = [kinds.get(name) or canaries.ids[PARAMETERS.get(name, name)] for name in names]
    if len(names) > 1 and "kind" not in names:
        return
    for chosen in product(*choices):
        yield address.path(dict(zip(names, chosen, strict=True)))


def links_in(body: str, address: str, *, is_json: bool) -> Iterator[str]:
    """Yield the addresses on this host that a body leads to, as paths with their queries."""
    for found in (_JSON_LINK if is_json else _LINK).findall(body):
        parts = urlsplit(urljoin(address, html.unescape(found)))
        if parts.netloc in ("", "testserver") and not parts.path.startswith("/static/"):
            yield parts._replace(scheme="", netloc="", fragment="").geturl()


def text_of(answer: HttpResponseBase) -> str:
    """Return the body as text, that of an archive unpacked."""
    content = bytes(answer.getvalue() if answer.streaming else answer.content)  # type: ignore[attr-defined]
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [name.encode() + archive.read(name) for name in archive.namelist()]
        content = b"\n".join(members)
    return content.decode(errors="replace")
