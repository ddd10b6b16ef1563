"""The pages on which a country reviews what it keeps, holds it, restricts it and takes it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.audit.viewing import showed, views
from accounts.policies import Permission
from accounts.signing_in.proof import recently_authenticated
from evidence.retention.acts import Act, perform
from evidence.retention.errors import BadPeriod, HeldBack, NothingNamed, RetentionReasonMissing
from evidence.retention.forms import ActForm, CorrectionForm, VerdictForm, chosen_submissions
from evidence.retention.policies import (
    check_can_decide_retention,
    check_can_decide_withdrawal,
    check_can_see_retention,
)
from evidence.retention.queries import (
    Part,
    count_parts,
    get_retained,
    get_withdrawal,
    list_disposals,
    list_of_withdrawal,
    list_retained,
)
from evidence.retention.services import (
    MOST_AT_ONCE,
    approve_withdrawal,
    correct,
    decline_withdrawal,
)
from evidence.retention.wording import LABELS, did
from icse.common.access import allows

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.http import OfficerRequest

_ROWS: Final = 50


@require_safe
@views("retention.listed", Permission.MATERIAL_SUBMIT)
def retention(request: OfficerRequest) -> HttpResponse:
    """List a part of what the officer's country keeps, without pictures: at first what is due."""
    check_can_see_retention(request.user)
    part = _part(request.GET.get("part", ""))
    words = request.GET.get("q", "").strip()[:100]
    page = Paginator(list_retained(request.user, part, words), _ROWS).get_page(request.GET.get("page"))
    showed(retained.pk for retained in page)
    context = {
        "page": page,
        "part": part.value,
        "words": words,
        "parts": [(each.value, LABELS[each], count) for each, count in _counts(request)],
        "may_decide": allows(check_can_decide_retention, request.user),
    }
    return render(request, "retention/retention.html", context)


def _counts(request: OfficerRequest) -> list[tuple[Part, int]]:
    counted = count_parts(request.user)
    return [(part, counted[part.value]) for part in Part]


def _part(text: str) -> Part:
    return Part(text) if text in Part.__members__.values() else Part.DUE


@require_POST
def act(request: OfficerRequest) -> HttpResponse:
    """Do something to the chosen submissions, or to everything that the list showed, and go back to it."""
    check_can_see_retention(request.user)
    form = ActForm(request.POST)
    back = _back(request)
    if not form.is_valid():
        messages.error(request, "Nothing was changed: say what is to be done, to which files, and why.")
        return redirect(back)
    told = form.cleaned_data
    named = chosen_submissions(request.POST)
    if told["everything"]:
        listed = list_retained(request.user, _part(told["part"]), told["q"].strip())
        named = [retained.pk for retained in listed[:MOST_AT_ONCE]]
    what, until = Act(told["act"]), told["retain_until"]
    try:
        done = perform(what, by=request.user, submission_ids=named, reason=told["reason"], retain_until=until)
    except (HeldBack, BadPeriod, NothingNamed, RetentionReasonMissing) as refusal:
        messages.error(request, refusal.message)
        return redirect(back)
    messages.success(request, did(what, done.files))
    return redirect("withdrawal", done.withdrawal.pk) if done.withdrawal else redirect(back)


def _back(request: OfficerRequest) -> str:
    part, words = _part(request.POST.get("part", "")), request.POST.get("q", "").strip()
    return f"{reverse('retention')}?{urlencode({'part': part.value, **({'q': words} if words else {})})}"


@require_http_methods(["GET", "HEAD", "POST"])
@views("submission_retention.viewed", Permission.MATERIAL_SUBMIT)
def submission_retention(request: OfficerRequest, submission_id: UUID) -> HttpResponse:
    """Show how long one submission is kept; a POST corrects what was said of it."""
    check_can_see_retention(request.user)
    retained = get_retained(request.user, submission_id)
    said = {name: getattr(retained, name) for name in CorrectionForm.base_fields if name != "reason"}
    form = CorrectionForm(request.POST if request.method == "POST" else None, initial=said)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        correct(by=request.user, submission_id=submission_id, now=form.correction(), reason=reason)
        messages.success(request, "It was corrected. What stood there before is in its custody.")
        return redirect("submission_retention", submission_id)
    context = {
        "retained": retained,
        "form": form,
        "may_decide": allows(check_can_decide_retention, request.user),
    }
    return render(request, "retention/submission.html", context)


@require_safe
@views("withdrawal.viewed", Permission.MATERIAL_SUBMIT)
def withdrawal(request: OfficerRequest, withdrawal_id: UUID) -> HttpResponse:
    """Show what somebody asks to withdraw, or has withdrawn, and how far that is."""
    check_can_see_retention(request.user)
    asked = get_withdrawal(request.user, withdrawal_id)
    page = Paginator(list_of_withdrawal(request.user, asked.withdrawal), _ROWS).get_page(
        request.GET.get("page")
    )
    showed(retained.pk for retained in page)
    context = {
        "asked": asked,
        "page": page,
        "gone": list_disposals(request.user, asked.withdrawal).count(),
        "may_decide": allows(check_can_decide_withdrawal, request.user, asked.approval),
        "may_keep": allows(check_can_decide_retention, request.user),
    }
    return render(request, "retention/withdrawal.html", context)


@require_POST
@recently_authenticated
def decide_withdrawal(request: OfficerRequest, withdrawal_id: UUID) -> HttpResponse:
    """Approve or decline what a colleague asked to withdraw."""
    form = VerdictForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Nothing was decided: approve or decline, in at most 500 characters.")
        return redirect("withdrawal", withdrawal_id)
    verdict, note = form.cleaned_data["verdict"], form.cleaned_data["note"]
    if verdict == "approve":
        files = approve_withdrawal(by=request.user, withdrawal_id=withdrawal_id, note=note)
        messages.success(request, f"{did('approve', files)} That can be taken back for twelve hours.")
        return redirect("withdrawal", withdrawal_id)
    decline_withdrawal(by=request.user, withdrawal_id=withdrawal_id, note=note)
    messages.success(request, "The withdrawal was declined. Everything stays as it is.")
    return redirect("retention")


@require_safe
@views("disposals.listed", Permission.MATERIAL_SUBMIT)
def disposals(request: OfficerRequest) -> HttpResponse:
    """List what of the own country was disposed of: ids, hash and day, and nothing of its content."""
    check_can_see_retention(request.user)
    page = Paginator(list_disposals(request.user), _ROWS).get_page(request.GET.get("page"))
    showed(disposal.submission_id for disposal in page)
    return render(request, "retention/disposals.html", {"page": page})
