"""Ending what officers have open: sessions, tokens and streams, at once."""

from functools import partial

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.models import ApiToken, Officer
from icse.common.hints import close_streams_of


def end_access(officers: QuerySet[Officer]) -> None:
    """End every session, token and open stream of these officers; they may sign in anew if they may at all.

    Their sessions are deleted, and one that was opened at the same moment ends because its hash holds the
    epoch that is raised here; streams are told when the change is really there, and are asked about every
    two seconds besides.
    """
    ids = list(officers.values_list("pk", flat=True))
    Officer.objects.filter(pk__in=ids).update(sessions_epoch=F("sessions_epoch") + 1)
    sessions = UserSession.objects.filter(user_id__in=ids)
    Session.objects.filter(session_key__in=list(sessions.values_list("session_key", flat=True))).delete()
    sessions.delete()
    ApiToken.objects.filter(officer__in=ids, revoked_at=None).update(revoked_at=timezone.now())
    transaction.on_commit(partial(close_streams_of, ids))
