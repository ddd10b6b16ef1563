"""Why an officer sees a thing, who else does, what was granted of it, and how others would see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from accounts.grants.explaining import Shared, scopes_known_of, who, why_each
from accounts.grants.forms import GrantForm, PreviewForm
from accounts.grants.queries import list_known_holders, list_other_countries
from accounts.models import Sharing
from accounts.queries import audience_for
from accounts.sharing.queries import list_open_groups
from evidence.granting import grantable_submission, list_material_grants
from evidence.queries import get_visible_material, list_visible_submissions
from icse.common.access import allows
from series.contexts.cards import cards_of
from series.hits.forms import MaterialPolicyForm
from series.hits.queries import submission_policy
from series.policies import check_can_grant_series
from series.queries.granting import list_series_grants, list_series_seen_as, series_submissions_seen_as
from series.queries.listing import get_visible_series

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.http import QueryDict

    from accounts.grants.explaining import Reach
    from accounts.models import Country, Officer
    from evidence.models import Material, Submission
    from series.models import Series

HANDED_IN: Final = "handed it in"
KEEPS: Final = "keeps it"


@dataclass(frozen=True, slots=True)
class Chain:
    """One thing through which the officer sees what the page is about, and why they see that."""

    words: str
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class OtherEyes:
    """What an officer of another country would see under a sharing that is only thought of."""

    country: Country
    sharing: str
    is_seen: bool
    submissions: list[Submission]
    series: list[Series]
    hidden: int


def material_access_context(
    officer: Officer, material_id: UUID, *, asked: QueryDict, form: GrantForm | None = None
) -> dict[str, Any]:
    """Return the page about who sees a material.

    Raises:
        NotFound: There is none that the officer may see.
    """
    material = get_visible_material(officer, material_id)
    submissions = list(list_visible_submissions(officer, material))
    own = [each for each in submissions if each.country_id == officer.unit.country_id]
    preview = _preview_form(officer, asked) if own else None
    grantable = grantable_submission(officer, material)
    return {
        "material": material,
        "card": cards_of(officer, [material])[0],
        "chains": submission_chains(officer, submissions),
        "is_owner": bool(own),
        "reaches": _reaches(shared_of(each) for each in own),
        "grants": list_material_grants(officer, material),
        "may_grant": grantable is not None,
        "hit_policy_form": _hit_policy_form(grantable),
        "form": form or GrantForm(),
        "known_holders": list_known_holders(officer) if own else [],
        "preview_form": preview,
        "eyes": _material_eyes(officer, submissions, preview),
    }


def material_access(officer: Officer, material_id: UUID) -> dict[str, Any]:
    """Return who sees a material: the reasons for the officer; the rest for the country that handed it in.

    Raises:
        NotFound: There is none that the officer may see.
    """
    material = get_visible_material(officer, material_id)
    submissions = list(list_visible_submissions(officer, material))
    own = [shared_of(each) for each in submissions if each.country_id == officer.unit.country_id]
    return {
        "chains": submission_chains(officer, submissions),
        "reaches": _reaches(own),
        "grants": list_material_grants(officer, material),
    }


def series_access(officer: Officer, series_id: UUID) -> dict[str, Any]:
    """Return who sees a series: the reasons for the officer; the rest for the country that keeps it.

    Raises:
        NotFound: There is none that the officer may see.
    """
    series = get_visible_series(officer, series_id)
    is_owner = series.country_id == officer.unit.country_id
    return {
        "chains": [series_chain(officer, series)],
        "reaches": who(series_shared(series)) if is_owner else [],
        "grants": list_series_grants(officer, series),
    }


def _hit_policy_form(submission: Submission | None) -> MaterialPolicyForm | None:
    if submission is None:
        return None
    return MaterialPolicyForm(initial={"policy": submission_policy(submission) or ""})


def submission_chains(officer: Officer, submissions: Sequence[Submission]) -> list[Chain]:
    """Return for each visible submission why the officer sees it."""
    reasons = why_each(officer, [shared_of(each) for each in submissions])
    return [Chain(_named(each), said) for each, said in zip(submissions, reasons, strict=True)]


def _named(submission: Submission) -> str:
    case = f", case {submission.case_reference}" if submission.case_reference else ""
    return (
        f"{submission.file_name}: {submission.unit.name}, {submission.received_at:%Y-%m-%d %H:%M} UTC{case}"
    )


def material_chains(officer: Officer, material: Material) -> list[Chain]:
    """Return why the officer sees a material: one chain for each submission of it that they see."""
    return submission_chains(officer, list(list_visible_submissions(officer, material)))


def shared_of(submission: Submission) -> Shared:
    """Return a submission as far as its reach goes."""
    return Shared(submission.country, submission.audience, HANDED_IN)


def series_shared(series: Series) -> Shared:
    """Return a series as far as its reach goes."""
    return Shared(series.country, series.audience, KEEPS)


def _reaches(things: Iterable[Shared]) -> list[Reach]:
    """Return who sees any of the things, each part once."""
    return list(dict.fromkeys(reach for thing in things for reach in who(thing)))


def _preview_form(officer: Officer, asked: QueryDict) -> PreviewForm:
    told = asked if "seen_by" in asked else None
    return PreviewForm(
        told,
        countries=list_other_countries(officer),
        sharings=list(_sharings(officer).items()),
        sharing=Sharing.MEMBERS,
    )


def _sharings(officer: Officer) -> dict[str, str]:
    """Return what can be thought of, by the value that a form sends: a level, or one group by its id."""
    levels = (Sharing.NATIONAL, Sharing.DEFAULT, Sharing.MEMBERS)
    groups = {str(group.pk): f"Sharing group {group.name}" for group in list_open_groups(officer)}
    return {level.value: str(level.label) for level in levels} | groups


def _thought_of(officer: Officer, sharing: str) -> list[int]:
    country = officer.unit.country
    if sharing in Sharing.values:
        return audience_for(sharing, country)
    return audience_for(Sharing.GROUP, country, groups=[UUID(sharing)])


def _material_eyes(
    officer: Officer, submissions: list[Submission], form: PreviewForm | None
) -> OtherEyes | None:
    if form is None or not form.is_valid():
        return None
    country, sharing = form.cleaned_data["seen_by"], form.cleaned_data["sharing"]
    scopes = set(scopes_known_of(officer, country))
    proposed = _thought_of(officer, sharing)
    seen = [
        each
        for each in submissions
        if scopes & set(proposed if each.country_id == officer.unit.country_id else each.audience)
    ]
    material: Material = submissions[0].material
    return OtherEyes(
        country,
        _sharings(officer)[sharing],
        is_seen=bool(seen),
        submissions=seen,
        series=list(list_series_seen_as(officer, material, scopes)) if seen else [],
        hidden=len(submissions) - len(seen),
    )


def series_access_context(
    officer: Officer, series_id: UUID, *, asked: QueryDict, form: GrantForm | None = None
) -> dict[str, Any]:
    """Return the page about who sees a series.

    Raises:
        NotFound: There is none that the officer may see.
    """
    series = get_visible_series(officer, series_id)
    is_owner = series.country_id == officer.unit.country_id
    preview = _preview_form(officer, asked) if is_owner else None
    return {
        "series": series,
        "chains": [series_chain(officer, series)],
        "is_owner": is_owner,
        "reaches": who(series_shared(series)) if is_owner else [],
        "grants": list_series_grants(officer, series),
        "may_grant": allows(check_can_grant_series, officer, series),
        "form": form or GrantForm(),
        "known_holders": list_known_holders(officer) if is_owner else [],
        "preview_form": preview,
        "eyes": _series_eyes(officer, series, preview),
    }


def series_chain(officer: Officer, series: Series) -> Chain:
    """Return why the officer sees a series."""
    return Chain(f"The series {series.name}", why_each(officer, [series_shared(series)])[0])


def _series_eyes(officer: Officer, series: Series, form: PreviewForm | None) -> OtherEyes | None:
    if form is None or not form.is_valid():
        return None
    country, sharing = form.cleaned_data["seen_by"], form.cleaned_data["sharing"]
    scopes = set(scopes_known_of(officer, country))
    is_seen = bool(scopes & set(_thought_of(officer, sharing)))
    shown, hidden = series_submissions_seen_as(officer, series, scopes)
    return OtherEyes(
        country,
        _sharings(officer)[sharing],
        is_seen=is_seen,
        submissions=shown if is_seen else [],
        series=[],
        hidden=hidden,
    )
