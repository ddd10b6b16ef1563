"""Writes: what an analyst says of a match, for their country."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from icse.common.errors import NotFound
from series.acts import record_act
from series.errors import DecidedMeanwhile
from series.models import Decision, Verdict
from series.policies import check_can_decide_match
from series.queries.decisions import find_decision
from series.queries.stacks import visible_ids

if TYPE_CHECKING:
    from accounts.models import Officer
    from series.pairs import Pair


@transaction.atomic
def decide_match(*, by: Officer, pair: Pair, verdict: Verdict, reason: str = "") -> Decision:
    """Write down what the officer's country holds of a match; a former decision is superseded, never lost.

    Keyed by the two materials and the kind, so that it stands through every re-run of the machines.
    Saying the same again changes nothing.

    Raises:
        AccessDenied: The officer's role may not decide.
        NotFound: The officer may not see both materials.
        DecidedMeanwhile: A colleague decided at the same moment.
    """
    check_can_decide_match(by)
    _check_pair_is_visible(by, pair)
    former = _lock_decision(by, pair)
    if former and (former.verdict, former.reason) == (verdict, reason):
        return former
    if former:
        _supersede(former)
    decision = _insert(by, pair, verdict, reason)
    record_act(by=by, act="match.decided", decision=decision.pk, left=pair.left, right=pair.right)
    return decision


@transaction.atomic
def withdraw_decision(*, by: Officer, pair: Pair) -> None:
    """Take back what the officer's country holds of a match; without a decision nothing changes.

    Raises:
        AccessDenied: The officer's role may not decide.
        NotFound: The officer may not see both materials.
    """
    check_can_decide_match(by)
    _check_pair_is_visible(by, pair)
    former = _lock_decision(by, pair)
    if former:
        _supersede(former)
        record_act(by=by, act="match.undecided", decision=former.pk, left=pair.left, right=pair.right)


def _check_pair_is_visible(by: Officer, pair: Pair) -> None:
    if visible_ids(by, (pair.left, pair.right)) != {pair.left, pair.right}:
        raise NotFound


def _lock_decision(by: Officer, pair: Pair) -> Decision | None:
    standing = find_decision(by, pair)
    if standing is None:
        return None
    return Decision.objects.current().select_for_update().filter(pk=standing.pk).first()


def _supersede(decision: Decision) -> None:
    decision.superseded_at = timezone.now()
    decision.save(update_fields=["superseded_at"])


def _insert(by: Officer, pair: Pair, verdict: Verdict, reason: str) -> Decision:
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
            )
    except IntegrityError as raced:
        raise DecidedMeanwhile from raced
