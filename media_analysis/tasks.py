"""The machines' tasks; each is written so that running it twice changes nothing."""

from uuid import UUID

from celery import shared_task
from django.conf import settings

from media_analysis.services import archives, pipeline
from media_analysis.services.decoder_reports import report_decoder
from media_analysis.services.forgetting import RunUnderWay, forget_signals


@shared_task(name="media_analysis.analyze")
def analyze(*, material_id: str, urgent: bool = False) -> str:
    """Analyze a photo, or plan a video."""
    return pipeline.analyze(UUID(material_id), urgent=urgent)


@shared_task(name="media_analysis.analyze_segment")
def analyze_segment(*, material_id: str, segment: int) -> str:
    """Analyze one segment of a video."""
    return pipeline.segment(UUID(material_id), segment)


@shared_task(name="media_analysis.match")
def match(*, material_id: str) -> str:
    """Look up what was found on a material and close its run."""
    return pipeline.match(UUID(material_id))


@shared_task(
    name="media_analysis.forget",
    autoretry_for=(RunUnderWay,),
    retry_kwargs={"countdown": 20, "max_retries": None},
)
def forget(*, material_id: str) -> bool:
    """Forget what was found on a material that nobody keeps."""
    return forget_signals(UUID(material_id))


# Twice the time of other tasks: below the broker's visibility timeout, past which it would come again.
@shared_task(
    name="media_analysis.make_proxy",
    time_limit=2 * settings.TASK_TIME_LIMIT,
    soft_time_limit=2 * settings.CELERY_TASK_SOFT_TIME_LIMIT,
)
def make_proxy(*, material_id: str) -> str:
    """Make a video that browsers play."""
    return pipeline.make_proxy(UUID(material_id))


# As long as the others' twice: a turn ends between two members, and one of them may have 10 GB.
@shared_task(
    name="media_analysis.unpack",
    time_limit=2 * settings.TASK_TIME_LIMIT,
    soft_time_limit=2 * settings.CELERY_TASK_SOFT_TIME_LIMIT,
)
def unpack(*, upload_id: str) -> str:
    """Unpack an archive, or go on with it."""
    return archives.unpack(UUID(upload_id))


@shared_task(name="media_analysis.report_decoder")
def report() -> str:
    """Say in what the worker that takes this holds the decoder."""
    return report_decoder()


@shared_task(name="media_analysis.requeue_stalled")
def requeue_stalled() -> int:
    """Ask again for what was lost with a worker or a broker."""
    return pipeline.requeue_stalled()
