"""Writes: what an analyst says of a match, for their country."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Sharing
from accounts.policies import Permission
from accounts.queries import audience_for
from accounts.sharing.errors import BadAudience
from icse.common.errors import NotFound
from series.acts import record_act
from series.errors import DecidedMeanwhile
from series.models import Decision, Verdict
from series.policies import check_can_decide_match
from series.queries.decisions import default_sharing, shared_groups, standing_decisions
from series.queries.stacks import visible_ids

if TYPE_CHECKING:
    from collections.abc import Collection

    from accounts.models import Officer
    from series.pairs import Pair


@transaction.atomic
def decide_match(
    *, by: Officer, pair: Pair, verdict: Verdict, reason: str = "", sharing: Sharing | None = None
) -> Decision:
    """Write down what the officer's country holds of a match; a former decision is superseded, never lost.

    Keyed by the two materials and the kind, so that it stands through every re-run of the machines, and
    for their copies as well: what was said of copies is superseded too. Saying the same again changes
    nothing. Without `sharing` it is as open as the two materials, see `default_sharing`.

    Raises:
        AccessDenied: The officer's role may not decide.
        NotFound: The officer may not see both materials.
        DecidedMeanwhile: A colleague decided at the same moment.
        BadAudience: It is to be kept within units, or opened to groups that not both materials are open to.
    """
    check_can_decide_match(by)
    _check_pair_is_visible(by, pair)
    opened = sharing or default_sharing(by, pair)
    former = _lock_standing(by, pair)
    if former and (former[0].verdict, former[0].reason, former[0].sharing) == (verdict, reason, opened):
        return former[0]
    _supersede(former)
    decision = _insert(by, pair, verdict, reason, opened)
    record_act(
        by=by,
        act="match.decided",
        right=Permission.MATCH_DECIDE,
        verdict=verdict,
        decision=decision.pk,
        materials=(pair.left, pair.right),
    )
    return decision


@transaction.atomic
def withdraw_decision(*, by: Officer, pair: Pair) -> None:
    """Take back what the officer's country holds of a match and its copies; without it nothing changes.

    Raises:
        AccessDenied: The officer's role may not decide.
        NotFound: The officer may not see both materials.
    """
    check_can_decide_match(by)
    _check_pair_is_visible(by, pair)
    former = _lock_standing(by, pair)
    _supersede(former)
    for each in former:
        record_act(
            by=by,
            act="match.undecided",
            right=Permission.MATCH_DECIDE,
            decision=each.pk,
            materials=(each.left_id, each.right_id),
        )


def _check_pair_is_visible(by: Officer, pair: Pair) -> None:
    if visible_ids(by, (pair.left, pair.right)) != {pair.left, pair.right}:
        raise NotFound


def _lock_standing(by: Officer, pair: Pair) -> list[Decision]:
    """Lock what stands, in the order of ids, so that two officers cannot wait for each other."""
    standing = standing_decisions(by, [pair])[pair]
    ids = [each.pk for each in standing]
    locked = Decision.objects.current().select_for_update().filter(pk__in=ids).order_by("pk")
    return sorted(locked, key=lambda each: ids.index(each.pk))


def _supersede(decisions: Collection[Decision]) -> None:
    ids = [each.pk for each in decisions]
    Decision.objects.filter(pk__in=ids).update(superseded_at=timezone.now())


def _audience(by: Officer, pair: Pair, sharing: Sharing) -> list[int]:
    """Return whom a decision is opened to; never to units, for it is one of the whole country."""
    if sharing == Sharing.UNITS:
        raise BadAudience("A decision is one of your whole country: it cannot be kept within units.")
    groups = [group.pk for group in shared_groups(by, pair)] if sharing == Sharing.GROUP else []
    return audience_for(sharing, by.unit.country, groups=groups)


def _insert(by: Officer, pair: Pair, verdict: Verdict, reason: str, sharing: Sharing) -> Decision:
    try:
        with transaction.atomic():
            return Decision.objects.create(
                country_id=by.unit.country_id,
                officer=by,
                kind=pair.kind,
                left_id=pair.left,
                right_id=pair.right,
                verdict=verdict,
                reason=reason,
                sharing=sharing,
                audience=_audience(by, pair, sharing),
            )
    except IntegrityError as raced:
        raise DecidedMeanwhile from raced
