"""What is written down of a run, for people who script it."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from exchange.client.sending import Outcome


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(slots=True)
class Report:
    """A run: which batch of which platform, and each file with what became of it.

    `stopped` says why not everything was tried, if so. `outcome` of a file is `received`, `declared` (held
    already by the own country, so not sent), `unpacking` or `unpacked` (an archive, whose files are in the
    batch's own report), `refused`, `unreadable` or `unfinished`.
    """

    server: str
    batch: str = ""
    began_at: str = field(default_factory=_now)
    ended_at: str = ""
    stopped: str = ""
    files: list[Outcome] = field(default_factory=list)

    def counts(self) -> Counter[str]:
        """Return how many files had each outcome."""
        return Counter(file.outcome for file in self.files)

    def as_told(self) -> dict[str, Any]:
        """Return it as it is written: sums first, then the files by their paths."""
        told = asdict(self)
        told["files"] = sorted(told["files"], key=lambda file: file["path"])
        told["totals"] = {"files": len(self.files), "bytes": sum(file.size for file in self.files)}
        told["totals"]["outcomes"] = dict(self.counts())
        told["totals"]["verdicts"] = dict(Counter(file.verdict for file in self.files if file.verdict))
        return told

    def write(self, place: Path | None) -> None:
        """Write it as JSON, whole or not at all; without a place, to the standard output."""
        self.ended_at = _now()
        text = json.dumps(self.as_told(), indent=2, ensure_ascii=False) + "\n"
        if place is None:
            sys.stdout.write(text)
            return
        beside = place.with_name(f"{place.name}.{os.getpid()}")
        try:
            beside.write_text(text, encoding="utf-8")
            beside.replace(place)
        finally:
            beside.unlink(missing_ok=True)
