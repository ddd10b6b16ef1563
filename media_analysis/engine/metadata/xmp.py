"""Simple properties of an XMP packet, without an XML parser that a hostile packet could exhaust."""

import html
import re
from collections.abc import Iterator
from typing import Final

_NAME: Final = r"([A-Za-z][\w-]{0,30}):([A-Za-z]\w{0,60})"
_ATTRIBUTE: Final = re.compile(rf'\s{_NAME}\s{{0,4}}=\s{{0,4}}"([^"<]{{1,4000}})"')
_ELEMENT: Final = re.compile(rf"<{_NAME}>([^<]{{1,4000}})</")
_GRAMMAR: Final = frozenset({"xmlns", "rdf", "x", "xml"})
_LONGEST: Final = 1 << 20


def read_xmp(packet: bytes) -> Iterator[tuple[str, object]]:
    """Yield `XMP-prefix:Name` and text of each property that is an attribute or a plain element."""
    text = packet[:_LONGEST].decode("utf-8", "replace")
    for pattern in (_ATTRIBUTE, _ELEMENT):
        for prefix, name, value in pattern.findall(text):
            if prefix not in _GRAMMAR and value.strip():
                yield f"XMP-{prefix}:{name[0].upper()}{name[1:]}", html.unescape(value)
