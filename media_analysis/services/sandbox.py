"""In what the decoder of this installation is held."""

from django.conf import settings

from media_analysis.engine.decoding.sandbox import Sandbox


def sandbox() -> Sandbox:
    """Return what the settings say of it."""
    return Sandbox(socket=settings.DECODER_SOCKET, is_required=settings.DECODER_SANDBOX == "required")
