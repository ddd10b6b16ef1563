"""What has to be so before hostile files are read."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning

from media_analysis.engine.decoding.sandbox import NoSandbox
from media_analysis.services.sandbox import sandbox

if TYPE_CHECKING:
    from collections.abc import Sequence


def sandbox_is_required(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:
    """Warn where workers may read hostile files under limits alone, as Django's system checks do."""
    if settings.DECODER_SANDBOX == "required":
        return []
    hint = "Set DECODER_SANDBOX=required, or leave it out in production."
    words = "Where no sandbox is to be had, hostile files are read under limits alone."
    return [Warning(words, hint=hint, id="media_analysis.W001")]


def end_without_sandbox(**_: Any) -> None:
    """End a worker that would read hostile files under limits alone where that is not allowed.

    A receiver of Celery's `worker_init`.

    Raises:
        SystemExit: So it is; the message says what to do.
    """
    try:
        sandbox().level()
    except NoSandbox as none:
        sys.exit(str(none))
