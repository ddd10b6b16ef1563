from django.apps import AppConfig


class HitsConfig(AppConfig):
    """Blind hits: that another unit holds related material, and how two units come to talk."""

    name = "series.hits"
    label = "hits"
    default_auto_field = "django.db.models.BigAutoField"
