"""The states of a country, which may follow which, and what has to be there before."""

from dataclasses import dataclass
from typing import Final

from accounts.models import Country

State = Country.State

NEXT: Final[dict[State, tuple[State, ...]]] = {
    State.INVITED: (State.DOCUMENTS,),
    State.DOCUMENTS: (State.APPROVED,),
    State.APPROVED: (State.ACTIVE,),
    State.ACTIVE: (State.SUSPENDED,),
    State.SUSPENDED: (State.ACTIVE,),
}


@dataclass(frozen=True, slots=True)
class Need:
    """Something that must be there before a country takes part: in words, and how to get it."""

    words: str
    advice: str
    is_met: bool


@dataclass(frozen=True, slots=True)
class Checklist:
    """What a country on its way in has and lacks."""

    is_contact_confirmed: bool
    has_agreement: bool
    has_administrator: bool
    is_approved: bool

    def needs(self) -> tuple[Need, ...]:
        """Return every point of the list, in the order in which they are usually met."""
        return (
            Need(
                "Contact confirmed",
                "Call the contact by a number that you found yourself, then confirm here.",
                self.is_contact_confirmed,
            ),
            Need(
                "Agreement received",
                "Enter the signed agreement with its SHA-256 or reference number.",
                self.has_agreement,
            ),
            Need(
                "First national administrator named",
                "Invite the person whom the contact has named.",
                self.has_administrator,
            ),
            Need(
                "Approved by a second pair of eyes",
                "A secretariat administrator other than the one who invited approves.",
                self.is_approved,
            ),
        )

    def missing_for(self, state: State) -> list[str]:
        """Return in words what must be met before a country may enter the state."""
        needs = {State.APPROVED: self.needs()[:2], State.ACTIVE: self.needs()}.get(state, ())
        return [need.words for need in needs if not need.is_met]


def may_follow(before: str, after: State) -> bool:
    """Tell whether a country in one state may enter the other."""
    return after in NEXT[State(before)]
