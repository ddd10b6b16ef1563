"""Every address of the platform, read from the URLconf, so that no test has to list them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.urls import URLPattern, URLResolver, get_resolver

OFFICE_PARAMETERS: Final = frozenset({"country_id", "unit_id", "officer_id", "invitation_id"})
OFFICE_LISTS: Final = frozenset(
    {
        "locked_out",
        "countries",
        "officers",
        "invite_officer",
        "import_officers",
        "platform",
        "platform_figures",
    }
)
"""What administrators work on: not media, and theirs where everything else is closed to them."""

_PARAMETER: Final = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Address:
    """A route and its name; `parameters` are the names of what its address carries."""

    name: str
    route: str
    namespace: str = ""

    @property
    def full_name(self) -> str:
        """Return the name as `reverse` takes it."""
        return f"{self.namespace}:{self.name}" if self.namespace else self.name

    @property
    def parameters(self) -> frozenset[str]:
        """Return the names of the objects that the address names."""
        return frozenset(_PARAMETER.findall(self.route))

    @property
    def is_api(self) -> bool:
        """Tell whether programs ask here, who are not led to a page."""
        return self.route.startswith("api/")

    @property
    def is_office(self) -> bool:
        """Tell whether administrators work here, on countries, units and officers."""
        return self.name in OFFICE_LISTS or bool(self.parameters & OFFICE_PARAMETERS)

    def path(self, values: Mapping[str, object]) -> str:
        """Return the address that names these objects."""
        return "/" + _PARAMETER.sub(lambda found: str(values[found[1]]), self.route)


def all_addresses() -> list[Address]:
    """Return every address, in the order of the URLconf."""
    return list(_walk(get_resolver().url_patterns, "", ""))


def _walk(patterns: list[URLPattern | URLResolver], before: str, namespace: str) -> Iterator[Address]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route, pattern.namespace or namespace)
        else:
            yield Address(pattern.name or route, route, namespace)
