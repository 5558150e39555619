"""The way of a referral as it is shown: how far it has come, and everything that was decided on it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from commonweal.console.wording import in_london, long_date, sentence_case
from commonweal.domain import codes
from commonweal.domain.referrals import referral
from commonweal.domain.workforce import proposal
from commonweal.kernel.streams import Fact

ON_THE_WAY: Final = (
    ("Received", (referral.ReferralReceived,)),
    ("Accepted", (referral.ReferralAccepted, referral.PlacedOnWaitingList)),
    ("Has a link worker", (referral.LinkWorkerAllocated,)),
    ("First contact", (referral.FirstContactMade,)),
    ("Plan agreed", (referral.SupportStarted,)),
    ("Closed", (referral.ReferralClosed,)),
)
"""The stops of a referral that goes all the way, each with the events by which it gets there."""
_ENDS: Final[Mapping[type, str]] = {
    referral.ReferralRejected: "Rejected",
    referral.ReferralRedirected: "Redirected",
    referral.ReferralWithdrawn: "Withdrawn",
    referral.SocialPrescribingDeclined: "Declined",
    referral.ReferralClosed: "Closed",
    referral.ReferralRetractedInError: "Retracted",
}
"""Event → the stop a referral ends at."""
_BACK_TO: Final[Mapping[type, int]] = {referral.LinkWorkerDeallocated: 1, referral.ReferralReopened: 1}
"""Event → the stop a referral is set back to."""
_ERASED: Final = "Erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """`state`: done, here, ahead. `on`: the day the referral got there last; None where it has not."""

    text: str
    state: str
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that was decided. `facts` are (what, which) in words; `words` what somebody wrote."""

    title: str
    at: datetime
    facts: tuple[tuple[str, str], ...] = ()
    words: str | None = None


def stops(events: Iterable[Fact]) -> tuple[Stop, ...]:
    """How far the referral has come. One that ended has nothing ahead of it."""
    reached: dict[int, date] = {}
    end: Stop | None = None
    for fact in events:
        event, day = type(fact.event), in_london(_when(fact)).date()
        if event in _BACK_TO:
            reached = {place: on for place, on in reached.items() if place <= _BACK_TO[event]}
            end = None
        for place, (_, by) in enumerate(ON_THE_WAY):
            if event in by:
                reached.setdefault(place, day)
        if event in _ENDS:
            end = Stop(text=_ENDS[event], state="here", on=day)
    here = max(reached, default=0)
    way = tuple(
        Stop(
            text=text,
            state="done" if place < here or end else "here" if place == here else "ahead",
            on=reached.get(place),
        )
        for place, (text, _) in enumerate(ON_THE_WAY)
    )
    return way if end is None else (*(stop for stop in way[:-1] if stop.on is not None), end)


def steps(events: Sequence[Fact], names: Mapping[str, str], *, words: bool) -> tuple[Step, ...]:
    """Everything that was decided, newest first. `names`: what link workers are called, by their ids; `words`: the one who
    reads may see what people wrote."""
    found = [step for fact in events if (step := _step(fact, names, words=words)) is not None]
    return tuple(reversed(found))


def _step(fact: Fact, names: Mapping[str, str], *, words: bool) -> Step | None:
    event: Any = fact.event
    if (title := _TITLES.get(type(event))) is None:
        return None
    facts = tuple(
        (label, _said(_REASONS.get(type(event)) if field == "reason" else list_, getattr(event, field), names))
        for field, label, list_ in _FACTS
        if hasattr(event, field) and getattr(event, field) not in (None, ())
    )
    said = next((getattr(event, field) for field in _WORDS if getattr(event, field, None) is not None), None)
    told = None if said is None or not words else said if isinstance(said, str) else _ERASED
    return Step(title=title, at=_when(fact), facts=facts, words=told)


def _when(fact: Fact) -> datetime:
    event = fact.event
    for field in ("received_at", "held_at", "attempted_at"):
        if (when := getattr(event, field, None)) is not None:
            moment: datetime = when
            return moment
    return fact.at


def _said(list_: codes.Codes | None, value: object, names: Mapping[str, str]) -> str:
    match value:
        case tuple():
            return sentence_case(", ".join(_said(list_, each, names) for each in value))
        case datetime():
            return long_date(in_london(value).date())
        case date():
            return long_date(value)
        case str() if list_ is not None:
            return list_.get(value, value)
        case _:
            return names.get(str(value), str(value))


_TITLES: Final[Mapping[type, str]] = {
    referral.ReferralReceived: "Referral received",
    referral.TriageStarted: "Triage started",
    referral.TriageOverdue: "Triage overdue",
    referral.InformationRequested: "Referrer asked for information",
    referral.InformationProvided: "Information provided",
    referral.InformationRequestLapsed: "No answer from the referrer in time",
    referral.ReferralAccepted: "Accepted",
    referral.WaitingListReprioritised: "Given another priority",
    referral.InterimSupportOffered: "Offered something while they wait",
    referral.ReferralRejected: "Rejected",
    referral.ReferralRedirected: "Redirected",
    referral.ReferralWithdrawn: "Withdrawn by the referrer",
    referral.SocialPrescribingDeclined: "The person declined",
    proposal.AllocationProposed: "A link worker was asked",
    proposal.AllocationAccepted: "The link worker said yes",
    proposal.AllocationRefused: "The link worker could not take them",
    referral.LinkWorkerAllocated: "Allocated",
    referral.ReferralReallocated: "Handed over",
    referral.ReferralWeighed: "Given another weight",
    referral.LinkWorkerDeallocated: "Back to the waiting list",
    referral.ContactAttempted: "Tried to reach them",
    referral.ContactPolicyExhausted: "Tried as often as we ask",
    referral.FirstContactMade: "First contact",
    referral.SocialPrescribingAccepted: "The person said yes",
    referral.SupportStarted: "Plan agreed, support started",
    referral.ReferredBackToClinician: "Referred back to a clinician",
    referral.ReferBackAcknowledged: "The clinician took it up",
    referral.ReferBackUnacknowledged: "No clinician said that they took it up",
    referral.ReferralClosed: "Closed",
    referral.FollowUpFellDue: "Follow-up due",
    referral.FollowUpCompleted: "Followed up",
    referral.ReferralReopened: "Opened again",
    referral.ReferralRetractedInError: "Retracted: recorded in error",
}
"""Event → what it is called. What is not here is said by the event before it."""

_REASONS: Final[Mapping[type, codes.Codes]] = {
    referral.ReferralRejected: codes.REJECTION_REASONS,
    referral.ReferralRedirected: codes.REDIRECTION_REASONS,
    referral.ReferralWithdrawn: codes.WITHDRAWAL_REASONS,
    referral.WaitingListReprioritised: codes.REPRIORITISATION_REASONS,
    referral.SocialPrescribingDeclined: codes.DECLINE_REASONS,
    referral.LinkWorkerAllocated: codes.ALLOCATION_REASONS,
    referral.ReferralReallocated: {**codes.ALLOCATION_REASONS, **codes.HANDOVER_REASONS},
    referral.LinkWorkerDeallocated: codes.ALLOCATION_REASONS,
    proposal.AllocationRefused: codes.PROPOSAL_REFUSALS,
    referral.ReferredBackToClinician: codes.REFER_BACK_REASONS,
    referral.ReferralClosed: codes.CLOSURE_REASONS,
    referral.ReferralRetractedInError: codes.RETRACTION_REASONS,
}
"""Event → the list its reason is on. The lists share codes, and mean other things by them."""
_FACTS: Final[Sequence[tuple[str, str, codes.Codes | None]]] = (
    ("worker_id", "Link worker", None),
    ("from_worker_id", "Before", None),
    ("reason", "Why", None),
    ("weight", "Weight", None),
    ("priority", "Priority", codes.PRIORITIES),
    ("to_organisation", "To", None),
    ("to_role", "Who", codes.REFERRER_ROLES),
    ("missing", "What was lacking", codes.INFORMATION),
    ("unmet", "Criteria not met", codes.UNMET_CRITERIA),
    ("kind", "What", codes.INTERIM_SUPPORT),
    ("channel", "How", codes.ATTEMPT_CHANNELS),
    ("medium", "How", codes.CONSULTATION_MEDIUMS),
    ("result", "What came of it", codes.ATTEMPT_RESULTS),
    ("unmet_needs", "No service could meet", codes.NEEDS),
    ("point", "When", codes.FOLLOW_UP_POINTS),
    ("outcomes", "How they fare", codes.FOLLOW_UP_OUTCOMES),
    ("due_at", "By", None),
    ("follow_up_due", "Follow-up", None),
    ("next_due", "Next follow-up", None),
)
"""(field of an event, what it is called, the list its codes are on), in the order they are shown."""
_WORDS: Final = ("question", "answer", "overridden", "feedback", "handover", "note", "clinician")
"""Fields of events in which somebody wrote something. What the referrer wrote is shown for itself."""
