from celery.signals import worker_init
from django.apps import AppConfig
from django.core.checks import Tags, register

from media_analysis.checks import end_without_sandbox, sandbox_is_required


class MediaAnalysisConfig(AppConfig):
    """The room of what machines see: the pipeline, analyses, signals and matches."""

    name = "media_analysis"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let no worker start that may not read files as it would, and have deployments be checked."""
        worker_init.connect(end_without_sandbox, dispatch_uid="media_analysis.sandbox")
        register(sandbox_is_required, Tags.security, deploy=True)
