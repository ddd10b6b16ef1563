from django.apps import AppConfig


class MediaAnalysisConfig(AppConfig):
    """The room of what machines see: the pipeline, analyses, signals and matches."""

    name = "media_analysis"
    default_auto_field = "django.db.models.BigAutoField"
