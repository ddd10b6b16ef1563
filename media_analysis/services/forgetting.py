"""Forgetting what machines found on a material that nobody keeps any more, or only under restriction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Q

from evidence.models import MatchFrame, Submission
from icse.common.jobs import enqueue
from media_analysis.models import ExactSignal, ExactSignalMember, Match, PipelineRun
from media_analysis.services.runs import Hold, holding

if TYPE_CHECKING:
    from uuid import UUID


class RunUnderWay(Exception):
    """A worker is at the material at this moment, and would write again what is forgotten now."""


def forget_signals(material_id: UUID) -> bool:
    """Delete analyses, signals, vectors and matches of a material unless somebody keeps it; return whether.

    Whoever keeps the material again has it analyzed like a new one.

    Raises:
        RunUnderWay: To be asked again later.
    """
    with holding(material_id, Hold.TRY) as is_mine, transaction.atomic():
        if not is_mine:
            raise RunUnderWay
        if Submission.objects.kept().filter(material=material_id).exists():
            return False
        carried = list(
            ExactSignalMember.objects.filter(material=material_id).values_list("signal_id", flat=True)
        )
        Match.objects.filter(Q(left=material_id) | Q(right=material_id)).delete()
        MatchFrame.objects.filter(Q(material=material_id) | Q(other=material_id)).delete()
        with connection.cursor() as cursor:
            # One statement: foreign keys take hashes, faces, tiles, features, facts and members along.
            cursor.execute("DELETE FROM media_analysis_analysis WHERE material_id = %s", [material_id])
        ExactSignal.objects.filter(pk__in=carried, members=None).delete()
        PipelineRun.objects.filter(pk=material_id).delete()
        enqueue("series.unstack", queue="query", material_id=str(material_id))
    return True
