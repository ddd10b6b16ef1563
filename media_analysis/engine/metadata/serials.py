"""Serial numbers that connect pictures of one device, and the values that only look like them."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from media_analysis.engine.metadata.normalise import CameraFacts

_SHORTEST: Final = 4
_PREFIX: Final = re.compile(r"^(?:NO\s*[=.:]|S/?N\s*[=.:])\s*", re.IGNORECASE)
_SEPARATORS: Final = re.compile(r"[\s\-_./:#]+")

_WORDS: Final = frozenset(
    {
        "BODY",
        "CAMERA",
        "DEFAULT",
        "EMPTY",
        "FACTORY",
        "HIDDEN",
        "INVALID",
        "LENS",
        "N/A",
        "NA",
        "NONE",
        "NOSERIAL",
        "NOTAVAILABLE",
        "NOTSET",
        "NULL",
        "PRIVATE",
        "REMOVED",
        "SERIAL",
        "SERIALNUMBER",
        "SYSTEMSERIALNUMBER",
        "TEST",
        "TOBEFILLEDBYOEM",
        "UNDEF",
        "UNDEFINED",
        "UNKNOWN",
        "UNSET",
    }
)
# Largest values of 16 and 32 bits: memory that was never written.
_UNWRITTEN: Final = frozenset({"65535", "2147483647", "4294967295", "4294967294"})
_RUNS: Final = ("01234567890123456789", "98765432109876543210", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@dataclass(frozen=True, slots=True)
class Serial:
    """A serial number of a kind (`body_serial`, `lens_serial`, `internal_serial`) that links pictures."""

    kind: str
    value: str


def linking_serials(facts: "CameraFacts") -> tuple[Serial, ...]:
    """Return the serial numbers of a picture that may connect it to others.

    The number alone is the key: make and model are spelt differently by every program that rewrites them.
    Placeholders are left out.
    """
    found = (
        ("body_serial", facts.body_serial),
        ("lens_serial", facts.lens_serial),
        ("internal_serial", facts.internal_serial),
    )
    return tuple(Serial(kind, canonical_serial(text)) for kind, text in found if not is_placeholder(text))


def canonical_serial(text: str) -> str:
    """Return a serial number as it is compared: upper case, single spaces, without `NO=` before it."""
    return re.sub(r"\s+", " ", _PREFIX.sub("", text.strip())).upper()


def is_placeholder(text: str) -> bool:
    """Tell whether a value is what devices and programs write when they have no serial number."""
    core = _SEPARATORS.sub("", canonical_serial(text))
    return (
        len(core) < _SHORTEST
        or len(set(core)) == 1
        or core in _WORDS
        or core in _UNWRITTEN
        or any(core in run for run in _RUNS)
    )
