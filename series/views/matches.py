"""The page of one match: decide, go on to the next, take back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.audit.viewing import views
from accounts.policies import Permission
from media_analysis.queries.matches import get_match
from series.contexts.matches import Walk, match_context, next_address, pair_of
from series.forms import DecisionForm, PassageForm, WalkForm
from series.queries.decisions import find_decision
from series.services.decisions import decide_match, withdraw_decision
from series.undo import Undoable, last_of, put, take

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.http import OfficerRequest


@require_safe
@views("match.viewed", Permission.MATERIAL_SEE)
def match(request: OfficerRequest, match_id: str) -> HttpResponse:
    """Show both sides of a match, the reason drawn on them, and what an answer says."""
    passage = PassageForm.read(request.GET)
    context = match_context(request.user, match_id, Walk(*WalkForm.read(request.GET)), passage=passage)
    return render(request, "match/match.html", context | {"undoable": last_of(request.session)})


@require_POST
def decide(request: OfficerRequest, match_id: str) -> HttpResponse:
    """Keep the country's answer to a match and go on to the next undecided one."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    pair = pair_of(get_match(request.user, match_id))
    former = find_decision(request.user, pair)
    verdict, reason, sharing = form.answer()
    decide_match(by=request.user, pair=pair, verdict=verdict, reason=reason, sharing=sharing)
    put(request.session, Undoable.of(match_id, former, said=verdict.label))
    return redirect(next_address(request.user, Walk(*WalkForm.read(request.POST)), after=match_id))


@require_safe
def later(request: OfficerRequest, match_id: str) -> HttpResponse:
    """Leave a match undecided and go on."""
    walk = Walk(*WalkForm.read(request.GET)).later()
    return redirect(next_address(request.user, walk, after=match_id))


@require_POST
def undo_decision(request: OfficerRequest) -> HttpResponse:
    """Take the session's last answer back, to what it was before, and show that match again."""
    last = take(request.session)
    if last is None:
        return redirect("queue")
    pair = pair_of(get_match(request.user, last.match_id))
    if last.former:
        decide_match(
            by=request.user, pair=pair, verdict=last.former, reason=last.reason, sharing=last.sharing
        )
    else:
        withdraw_decision(by=request.user, pair=pair)
    return redirect(reverse("match", args=[last.match_id]))
