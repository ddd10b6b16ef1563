"""The pages of the forum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.audit.viewing import views
from accounts.policies import Permission
from forum.contexts import list_context, topic_context
from forum.forms import PostForm, SeriesForm, TopicForm
from forum.services import open_topic, write_post

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.http import OfficerRequest


@require_http_methods(["GET", "HEAD", "POST"])
@views("topics.listed", Permission.MATERIAL_SEE)
def forum(request: OfficerRequest) -> HttpResponse:
    """List topics, the last written first; a POST opens one about a series."""
    form = TopicForm(request.POST) if request.method == "POST" else None
    if form and form.is_valid():
        told = form.cleaned_data
        topic = open_topic(by=request.user, series_id=told["series"], title=told["title"], text=told["text"])
        return redirect("topic", topic.pk)
    narrowed = SeriesForm(request.POST if form else request.GET)
    series_id = narrowed.cleaned_data.get("series") if narrowed.is_valid() else None
    context = list_context(request.user, series_id=series_id, page=request.GET.get("page", ""), form=form)
    return render(request, "forum/forum.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@views("topic.viewed", Permission.MATERIAL_SEE)
def topic(request: OfficerRequest, topic_id: UUID) -> HttpResponse:
    """Show a topic with its posts; a POST writes one."""
    form = PostForm(request.POST) if request.method == "POST" else None
    if form and form.is_valid():
        post = write_post(by=request.user, topic_id=topic_id, text=form.cleaned_data["text"])
        return redirect(f"{reverse('topic', args=[topic_id])}#post-{post.pk}")
    return render(request, "forum/topic.html", topic_context(request.user, topic_id, form=form))
