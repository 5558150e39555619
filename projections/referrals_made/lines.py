"""A referrer's list as it is shown: their reference, where it stands in plain words, and whether it can still be taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "RECEIVED": "Received",
    "BEING_LOOKED_AT": "Being looked at",
    "AWAITING_INFORMATION": "We asked you for more",
    "WAITING": "Waiting for a link worker",
    "WITH_LINK_WORKER": "A link worker has it",
    "IN_SUPPORT": "A link worker is working with them",
    "NOT_TAKEN_ON": "Not taken on",
    "PASSED_ON": "Passed on to another service",
    "DECLINED": "The person said no",
    "ENDED": "Support has ended",
    "WITHDRAWN": "You took it back",
    "RECORDED_IN_ERROR": "Recorded in error",
}
"""Where a referral stands, as GraphQL names it → in words."""
TAGS: Final[Mapping[str, str]] = {
    "AWAITING_INFORMATION": "orange",
    "WAITING": "blue",
    "WITH_LINK_WORKER": "blue",
    "IN_SUPPORT": "green",
    "NOT_TAKEN_ON": "red",
    "PASSED_ON": "grey",
    "DECLINED": "grey",
    "ENDED": "grey",
    "WITHDRAWN": "grey",
    "RECORDED_IN_ERROR": "grey",
}
_OPEN: Final = frozenset({"RECEIVED", "BEING_LOOKED_AT", "AWAITING_INFORMATION", "WAITING"})
"""Where it can be taken back, as far as its referrer is told."""


def may_be_taken_back(status: str, *, shared: bool) -> bool:
    """Where the person has not agreed that we tell, RECEIVED may stand for anything: an answer would say how far it has come."""
    return status in _OPEN and (shared or status != "RECEIVED")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A referral somebody sent. `since`: the day of its status. `shared`: the person agreed that the referrer may know."""

    referral_id: str
    reference: str
    organisation: str
    programme: str
    sent_on: date
    status: str
    since: date
    shared: bool
    may_act: bool

    @property
    def words(self) -> str:
        return WORDS[self.status] if self.shared or self.status != "RECEIVED" else "It reached us"

    @property
    def tag(self) -> str:
        """The tag's colour, beside the words; empty where it is plain."""
        return TAGS.get(self.status, "")

    @property
    def way_back(self) -> str | None:
        """Where it can be taken back; None where it cannot."""
        open_to_them = self.may_act and may_be_taken_back(self.status, shared=self.shared)
        return f"/my-referrals/{self.referral_id}/withdraw" if open_to_them else None
