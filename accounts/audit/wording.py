"""What the log's acts, purposes and reasons are called on the screen."""

from __future__ import annotations

from typing import Final

ACTS: Final = {
    "session.begun": "Signed in",
    "session.refused": "Failed to sign in",
    "session.confirmed": "Proved who they are once more",
    "session.ended": "Signed out",
    "socket.opened": "Began to listen for changes",
    "socket.closed": "Stopped listening for changes",
    "factor.given": "Gave a second factor",
    "factor.added": "Added a second factor",
    "factor.removed": "Removed a second factor",
    "factor.codes_renewed": "Made new recovery codes",
    "factor.reset": "Reset an officer's second factors",
    "lockout.lifted": "Let somebody sign in again",
    "password.changed": "Changed their password",
    "token.issued": "Issued a token",
    "token.revoked": "Revoked a token",
    "access.refused": "Asked for what is not theirs to see or do",
    "queue.viewed": "Looked at the queue",
    "materials.listed": "Looked at a list of material",
    "material.viewed": "Opened a material",
    "media.viewed": "Looked at a picture or video unblurred",
    "matches.listed": "Looked at the matches of a material",
    "match.viewed": "Opened a match",
    "match.decided": "Decided a match",
    "match.undecided": "Took a decision back",
    "series.listed": "Looked at the list of series",
    "series.viewed": "Opened a series",
    "series.created": "Started a series",
    "series.described": "Changed a series",
    "series.shared": "Changed who may see a series",
    "series.materials_added": "Added material to a series",
    "series.materials_removed": "Took material out of a series",
    "series.merged": "Merged two series",
    "topics.listed": "Looked at the forum",
    "topic.viewed": "Read a topic",
    "topic.opened": "Opened a topic",
    "post.written": "Wrote in a topic",
    "access.viewed": "Looked at who sees a thing, and why",
    "search.asked": "Searched",
    "picture.asked": "Searched with a picture",
    "submissions.listed": "Looked at uploads",
    "submission.received": "Handed in a file",
    "original.exported": "Downloaded an original",
    "page.viewed": "Looked at a page",
    "audit.viewed": "Read the audit log",
    "audit.exported": "Exported the audit log",
    "checkpoints.viewed": "Looked at the checkpoints",
    "checkpoints.exported": "Took a copy of the checkpoints",
    "country.invited": "Invited a country",
    "officer.invited": "Invited an officer",
    "officer.joined": "Accepted an invitation",
    "officer.suspended": "Suspended an officer",
    "officer.left": "Noted that an officer left",
    "grant.given": "Opened one thing to somebody",
    "grant.ended": "Ended a grant",
}

REASONS: Final = {
    "not_found": "not there, or not shared with them",
    "denied": "their role does not allow it",
    "signed_out": "nobody was signed in",
    "authentication_failed": "the token is not valid",
    "not_authenticated": "nobody was signed in",
}


def words_of(act: str) -> str:
    """Return what an act is called; one without words of its own is read as it is written."""
    return ACTS.get(act) or act.replace(".", " ").replace("_", " ").capitalize()


def words_of_reason(reason: str) -> str:
    """Return why something was refused, in words."""
    return REASONS.get(reason, reason.replace("_", " "))
