"""Which materials a typed text leads to, as one list that the database looks up before anything else.

A condition made of alternatives (this word in a name, or in metadata, or the digest) would be asked of every
material that the officer may see; a list of ids is found by the indexes and then joined.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db.models import BooleanField, Func
from django.db.models.expressions import RawSQL

from accounts.queries import scopes_of
from evidence.models import Submission
from search.lookups import pattern_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from accounts.models import Officer
    from search.recognition import Typed


class AmongIds(Func):
    """That an id is one of those that a query finds, looked up before anything else.

    Unlike a subquery of IN it is an array to the planner, by which a view is entered at those ids alone.
    """

    arg_joiner = " = ANY (ARRAY"
    template = "%(expressions)s)"
    output_field = BooleanField()


_HOLDS_WORD: Final = (
    "(SELECT material_id FROM evidence_told(%s, %s)"
    " UNION SELECT material_id FROM media_analysis_facts_told(%s, %s))"
)
_HAS_DIGEST: Final = "SELECT id FROM evidence_material WHERE sha256 = %s OR sha1 = %s OR md5 = %s"
_HAS_SIGNAL: Final = "SELECT unnest(%s::uuid[])"


def ids_holding(officer: Officer, typed: Typed, signals: Collection[UUID]) -> RawSQL:
    """Return the ids of materials that hold every word, have the digest, or carry one of the signals.

    Each way looks within what the officer may see; a text that leads nowhere finds nothing.
    """
    ways: list[str] = [_HAS_SIGNAL]
    params: list[object] = [_known(officer, signals)]
    if typed.digest:
        ways.append(_HAS_DIGEST)
        params += [typed.digest] * 3
    if typed.words:
        scopes = list(scopes_of(officer))
        ways.append(f"({' INTERSECT '.join([_HOLDS_WORD] * len(typed.words))})")
        for word in typed.words:
            params += [pattern_of(word), scopes] * 2
    return RawSQL(" UNION ".join(ways), params)  # noqa: S611 - made of constants; what was typed is a parameter


def _known(officer: Officer, signals: Collection[UUID]) -> list[UUID]:
    """Keep materials whose own analysis is through for the officer: a signal must betray no other holder."""
    if not signals:
        return []
    seen = Submission.objects.visible_to(officer).filter(analyzed_at__isnull=False, material__in=signals)
    return list(seen.values_list("material", flat=True).distinct())
