"""What carries no canary, and what no page ever shows: each with its reason."""

from typing import Final

_OURS = "one of the platform's own words"
_NUMBERS = "numbers, and places of regions"
_NEVER_FILLED = "a table of a package that the platform does not fill"
_COUNTED = "failures are counted; who is locked out is told by the name of an officer"
_GRANTS = "givers, holders and their administrators; a page tells it beside the thing alone"
_HUBS = "copies are joined over their hub, of which the row holds the id and nothing else"
_GROUPS = "a group is of its countries, whatever the role; pages ask for the role as well"
_SEALED = "how and under which key bytes lie in the store is the store's alone"
_FACTORS = "read before anybody has signed in; what it holds is encrypted"

UNSOWN: Final[dict[str, str]] = {
    "accounts.ApiToken.permissions": _OURS,
    "accounts.Country.code": "every member knows which others there are",
    "accounts.Country.name": "every member knows which others there are",
    "audit.Checkpoint.digest": "bytes; the note holds them as text",
    "audit.Checkpoint.note": "signed by the sealer; looked for as a whole",
    "audit.Checkpoint.public_key": "made to be handed out",
    "audit.InboxEvent.act": _OURS,
    "audit.InboxEvent.purpose": _OURS,
    "audit.InboxEvent.right": _OURS,
    "audit.SealedEvent.act": _OURS,
    "audit.SealedEvent.purpose": _OURS,
    "audit.SealedEvent.right": _OURS,
    "audit.SealedEvent.previous": "bytes",
    "audit.SealedEvent.digest": "bytes",
    "common.OutboxMessage.queue": _OURS,
    "common.OutboxMessage.task": _OURS,
    "common.QueueCanary.queue": _OURS,
    "media_analysis.DecoderReport.host": "a machine of the platform",
    "media_analysis.DecoderReport.level": _OURS,
    "evidence.Derivative.media_type": _OURS,
    "evidence.Material.media_type": _OURS,
    "evidence.StoredObject.shelf": _OURS,
    "evidence.StoreRepair.shelf": _OURS,
    "media_analysis.Analysis.analyzer": _OURS,
    "media_analysis.Analysis.version": _OURS,
    "media_analysis.Face.landmarks": _NUMBERS,
    "media_analysis.Face.model_id": _OURS,
    "media_analysis.Match.algorithm": _OURS,
    "media_analysis.Match.version": _OURS,
    "media_analysis.PictureHash.route": _OURS,
    "media_analysis.SceneFeatures.features_id": _OURS,
    "media_analysis.SceneFeatures.packed": "bytes",
    "media_analysis.SceneTile.model_id": _OURS,
    "media_analysis.CaptureFacts.taken_at": "a camera's clock; its tags hold it as the file wrote it",
    "onboarding.Approval.act": _OURS,
    "search.PictureQueryHit.algorithm": _OURS,
    "account.EmailAddress.email": _NEVER_FILLED,
    "account.EmailConfirmation.key": _NEVER_FILLED,
    "auth.Group.name": "the word unit and the unit's id",
    "auth.Permission.codename": _OURS,
    "auth.Permission.name": _OURS,
    "axes.AccessFailureLog.*": _NEVER_FILLED,
    "axes.AccessLog.*": _NEVER_FILLED,
    "contenttypes.ContentType.*": _OURS,
    "guardian.GroupObjectPermission.object_pk": _NEVER_FILLED,
    "guardian.UserObjectPermission.object_pk": _NEVER_FILLED,
    "sessions.Session.session_data": "signed and encoded; read by the server alone",
    "sessions.Session.session_key": "an asker's cookie",
}
"""Text fields that no canary is put into, and why not."""

HIDDEN: Final[dict[str, str]] = {
    "accounts.ApiToken.digest": "of a token only its digest is kept, to compare with",
    "accounts.Officer.password": "a hash, to compare with",
    "audit.InboxEvent.detail": "what waits to be sealed is not shown",
    "audit.InboxEvent.via": "what waits to be sealed is not shown",
    "axes.AccessAttempt.get_data": _COUNTED,
    "axes.AccessAttempt.http_accept": _COUNTED,
    "axes.AccessAttempt.path_info": _COUNTED,
    "axes.AccessAttempt.post_data": _COUNTED,
    "axes.AccessAttempt.user_agent": _COUNTED,
    "axes.AccessAttempt.username": _COUNTED,
    "common.OutboxMessage.arguments": "orders to workers",
    "evidence.Derivative.id": "addresses name a picture by its material and kind",
    "evidence.Derivative.object_name": _SEALED,
    "evidence.Derivative.sha256": "the place in the store",
    "evidence.MaterialKey.wrapped": _SEALED,
    "evidence.StoredObject.name": _SEALED,
    "evidence.StoredObject.sha256": _SEALED,
    "media_analysis.Analysis.id": "addresses name an analysis by its material",
    "media_analysis.CaptureFacts.words": "what search looks through; the tags themselves are shown",
    "media_analysis.ExactSignal.id": "read by the engine's functions alone",
    "media_analysis.ExactSignal.value": "read by the engine's functions alone; the capture facts are shown",
    "media_analysis.PipelineRun.failure_reason": "a short name for the message that is shown",
    "mfa.Authenticator.data": "secrets of second factors",
    "onboarding.Agreement.id": "no address names it",
    "onboarding.Approval.id": "no address names it",
    "onboarding.Invitation.digest": "of a code only its digest is kept, to compare with",
    "retention.Disposal.objects_stored": _SEALED,
    "search.PictureQuery.file_name": "the asked picture is not shown again",
    "search.PictureQuery.id": "stands in the asker's own address alone",
    "search.PictureQuery.sha256": "the place in the store",
    "search.PictureQuery.wrapped_key": _SEALED,
    "series.Decision.id": "addresses name a decision by its match",
    "uploads.Upload.wrapped_key": _SEALED,
    "usersessions.UserSession.data": "not filled by the platform",
    "usersessions.UserSession.session_key": "an asker's cookie",
    "usersessions.UserSession.user_agent": "told as the name of a browser",
}
"""Fields with a canary that nobody ever meets, and why not."""

WIDER_BELOW: Final[dict[tuple[str, str], str]] = {
    ("evidence_submission", "evidence.Submission.batch"): "pages leave it to the country; the rest is shown",
    ("grants_grant", "grants.Grant.id"): _GRANTS,
    ("grants_grant", "grants.Grant.reason"): _GRANTS,
    ("hits_contact", "hits.Hit.id"): "which hit asks; nothing else of it is shown, and it is asked by none",
    ("mfa_authenticator", "accounts.Officer.id"): _FACTORS,
    ("mfa_authenticator", "mfa.Authenticator.data"): _FACTORS,
    ("series_stack", "evidence.Material.id"): _HUBS,
    ("series_stackmember", "evidence.Material.id"): _HUBS,
    ("sharing_groupmembership", "sharing.GroupMembership.id"): _GROUPS,
    ("sharing_groupmembership", "sharing.SharingGroup.id"): _GROUPS,
    ("sharing_sharinggroup", "sharing.SharingGroup.id"): _GROUPS,
    ("sharing_sharinggroup", "sharing.SharingGroup.name"): _GROUPS,
    ("sharing_sharinggroup", "sharing.SharingGroup.purpose"): _GROUPS,
}
"""Canaries that the floor by itself shows to more askers than any page does, by table and field, and why."""
