"""Checkpoints as the file that a witness keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse

from accounts.audit.notes import write_notes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.audit.models import Checkpoint


def witness_file(checkpoints: Sequence[Checkpoint]) -> HttpResponse:
    """Return the checkpoints as a text of signed notes, headed by the keys that prove them."""
    keys = dict.fromkeys(each.public_key for each in checkpoints if each.public_key)
    text = write_notes((each.note for each in checkpoints), keys)
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
