"""What the page of the log shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from accounts.audit.criteria import Criteria
from accounts.audit.lines import lines_of
from accounts.audit.policies import reads_country, reads_everything
from accounts.audit.queries import page_of_events, sealed_until

if TYPE_CHECKING:
    from accounts.audit.forms import CriteriaForm
    from accounts.models import Officer

PAGE_SIZE: Final = 50
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def log_context(officer: Officer, form: CriteriaForm, *, after: str) -> dict[str, Any]:
    """Return one page of the officer's part of the log; nothing where the criteria make no sense."""
    criteria = form.criteria if form.is_valid() else Criteria()
    place = UUID(after) if _ID.fullmatch(after) else None
    events, older = (
        page_of_events(officer, criteria, after=place, size=PAGE_SIZE) if form.is_valid() else ([], None)
    )
    return {
        "form": form,
        "lines": lines_of(officer, events),
        "older": older,
        "is_first": place is None,
        "asked": criteria.told(),
        "reads_others": reads_everything(officer) or reads_country(officer),
        "part": part_of(officer),
        "sealed_until": sealed_until(officer),
    }


def part_of(officer: Officer) -> str:
    """Return in words which part of the log the officer reads."""
    if reads_everything(officer):
        return "Everything that anybody did, saw or was refused."
    if reads_country(officer):
        return f"What officers of {officer.unit.country} did, saw or were refused."
    return "What you did, saw or were refused."
