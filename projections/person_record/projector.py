"""The record: what each event says of a person, and one line of their timeline for most."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from commonweal.domain import hospital, tenant, user
from commonweal.domain.people import consent, duplicate, person, representation, retention, risk
from commonweal.domain.referrals import referral
from commonweal.domain.workforce import link_worker
from commonweal.kernel.decider import DECIDERS, category
from commonweal.kernel.read_model import Change, Put, Statement, by_module
from commonweal.kernel.streams import Fact
from projections.cases import cases
from projections.people import clear, people
from projections.person_record.told import TOLD, UNTOLD
from projections.places import places_and_trusts

ABOUT: Final = (
    "name", "nhs_number", "nhs_number_status", "date_of_birth", "address", "postcode", "phone", "email", "language", "interpreter",
    "stated_gender", "ethnic_category", "lsoa21", "gp_practice", "reasonable_adjustments", "worker_gender_preference",
    "imd_version", "imd_decile", "care_home", "contact_channel", "safe_times", "safe_to_leave_message", "died", "died_on",
    "parent_excluded", "erasure", "erasure_reason", "erasure_on", "erasure_earliest_on",
)  # fmt: skip
"""What the room knows about a person: all of it goes when they are erased. With which record theirs was merged stays."""


def project(fact: Fact) -> Iterable[Statement]:
    """The rows an event makes or changes."""
    yield from _line(fact)
    yield from _record(fact)


def _line(fact: Fact) -> Iterable[Statement]:
    """Where the stream belongs, from its first event, and a line of the timeline."""
    event = fact.event
    name = type(event).__name__
    is_stay = isinstance(event, hospital.Event)  # its first word may be whose it is, which is not told
    if fact.version == 1 and (is_stay or name not in UNTOLD) and (whose := _whose(fact)) is not None:
        yield Put("stream", {"stream_id": fact.stream_id, **whose})
    if isinstance(event, hospital.PatientMatched):
        yield Change("stream", fact.stream_id, {"person_id": event.person_id})
    told = TOLD.get(name)
    if told is None or (type(event).__module__ == risk.__name__ and event.restricted):
        return
    code = getattr(event, told.field) if told.field else None
    yield Put(
        "entry",
        {
            "position": fact.position,
            "stream_id": fact.stream_id,
            "happened_at": fact.at,
            "kind": name,
            "part": told.part,
            "code": code,
            "actor": fact.actor,
        },
    )


def _whose(fact: Fact) -> dict[str, Any] | None:
    """Whose the stream is; a stay in hospital is nobody's until it is matched."""
    if DECIDERS[category(fact.stream_id)].subject_is_stream:
        return {"person_id": fact.identity, "referral_id": None}
    if isinstance(fact.event, hospital.Event):
        return {"person_id": getattr(fact.event, "person_id", None), "referral_id": None}
    if (person_id := getattr(fact.event, "person_id", None)) is None:
        return None
    own = fact.identity if isinstance(fact.event, referral.ReferralReceived) else None
    return {"person_id": person_id, "referral_id": own or getattr(fact.event, "referral_id", None)}


def _person(fact: Fact) -> Iterable[Statement]:
    event = fact.event
    for statement in people(fact, ABOUT):
        if isinstance(statement, Put):
            adjustments = list(event.reasonable_adjustments)
            yield Put("person", {**statement.row, "reasonable_adjustments": adjustments, "merged_into": None})
        else:
            yield statement
    match event:
        case person.ReasonableAdjustmentsRecorded(reasonable_adjustments=given):
            yield Change("person", fact.identity, {"reasonable_adjustments": list(given)})
        case person.NHSNumberTraced(nhs_number_status=status):
            yield Change("person", fact.identity, {"nhs_number_status": status})
        case person.NHSNumberReleased():
            yield Change("person", fact.identity, {"nhs_number": None, "nhs_number_status": "07"})
        case person.GPRegistrationChanged(gp_practice=practice):
            yield Change("person", fact.identity, {"gp_practice": practice})
        case person.PersonDied(died_on=day):
            yield Change("person", fact.identity, {"died": True, "died_on": clear(day)})
        case _:
            pass


def _duplicate(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case duplicate.PossibleDuplicateFlagged(other_id=other, evidence=evidence, by=by):
            flagged = {"stands": "flagged", "evidence": evidence, "flagged_at": fact.at, "flagged_by": by}
            two = {"duplicate": _pair(fact.identity, other), "person_id": fact.identity, "other_id": other}
            yield Put("duplicate", {**two, **flagged})
        case duplicate.DuplicateDismissed(other_id=other):
            yield Change("duplicate", _pair(fact.identity, other), {"stands": "dismissed"})
        case duplicate.PersonsMerged(here="absorbed", survivor_id=survivor):
            yield Change("person", fact.identity, {"merged_into": survivor})
            yield Change("duplicate", _pair(fact.identity, survivor), {"stands": "merged"})
        case duplicate.PersonsUnmerged(here="absorbed", survivor_id=survivor):
            yield Change("person", fact.identity, {"merged_into": None})
            yield Change("duplicate", _pair(fact.identity, survivor), {"stands": "taken apart"})
        case _:
            pass


def _pair(one: str, other: str) -> str:
    """Two records, whichever of them was flagged."""
    return "|".join(sorted((one, other)))


def _erasure(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case retention.ErasureRequested(requested_on=day):
            stands: dict[str, Any] = {"erasure": "requested", "erasure_on": day}
            yield Change("person", fact.identity, {**stands, "erasure_reason": None, "erasure_earliest_on": None})
        case retention.ErasureRefused(reason=reason, earliest_on=earliest):
            stands = {"erasure": "refused", "erasure_reason": reason, "erasure_earliest_on": earliest}
            yield Change("person", fact.identity, stands)
        case _:
            pass


def _consent(fact: Fact) -> Iterable[Statement]:
    event = fact.event
    if isinstance(event, consent.ParentsConsentExcluded | consent.ParentsConsentReadmitted):
        return  # the assessment says so, and so does each consent that ended with it
    answer, day = _ANSWERS[type(event)]
    given = event if isinstance(event, consent.ConsentGiven) else None
    yield Put(
        "consent",
        {
            "position": fact.position,
            "person_id": fact.identity,
            "scope": event.scope,
            "audience": event.audience,
            "answer": answer,
            "answered_on": getattr(event, day),
            "method": given and given.method,
            "wording_version": given and given.wording_version,
            "given_by": given and given.given_by,
            "expires_on": given and given.expires_on,
            "actor": fact.actor,
        },
    )


_ANSWERS: Final[Mapping[type, tuple[str, str]]] = {
    consent.ConsentGiven: ("given", "given_on"),
    consent.ConsentRefused: ("refused", "refused_on"),
    consent.ConsentWithdrawn: ("withdrawn", "withdrawn_on"),
    consent.ConsentExpired: ("expired", "expired_on"),
}
"""Event → (what was answered, the field that says on which day)."""


def _risk(fact: Fact) -> Iterable[Statement]:
    key = f"{fact.identity}|{fact.event.flag_id}"
    match fact.event:
        case risk.RiskFlagRaised() as event:
            yield Put(
                "flag",
                {
                    "flag": key,
                    "flag_id": event.flag_id,
                    "person_id": fact.identity,
                    "kind": event.kind,
                    "severity": event.severity,
                    "restricted": event.restricted,
                    "detail": clear(event.detail),
                    "raised_on": event.raised_on,
                    "reviewed_on": None,
                    "review_due": event.review_due,
                    "closed_on": None,
                    "close_reason": None,
                    "raised_by": event.by,
                },
            )
        case risk.RiskFlagReviewed(severity=severity, detail=detail, reviewed_on=day, review_due=due):
            words = {} if detail is None else {"detail": clear(detail)}
            yield Change("flag", key, {"severity": severity, "reviewed_on": day, "review_due": due, **words})
        case risk.RiskFlagClosed(reason=reason, closed_on=day):
            yield Change("flag", key, {"closed_on": day, "close_reason": reason})
        case _:
            pass


def _representation(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case representation.RepresentativeLinked() as event:
            yield Put(
                "representative",
                {
                    "representative": f"{fact.identity}|{event.representative_id}",
                    "representative_id": event.representative_id,
                    "person_id": fact.identity,
                    "kind": event.kind,
                    "name": clear(event.name),
                    "contact": clear(event.contact),
                    "authority": event.authority,
                    "since": event.since,
                    "until": event.until,
                    "ended_on": None,
                    "end_reason": None,
                },
            )
        case representation.RepresentativeUnlinked(representative_id=identity, reason=reason, ended_on=day):
            yield Change("representative", f"{fact.identity}|{identity}", {"ended_on": day, "end_reason": reason})
        case representation.CapacityAssessed() as event:
            yield _assessed(fact, event, "capacity", event.decision, excluded=False)
        case representation.CompetenceAssessed() as event:
            yield _assessed(fact, event, "competence", None, excluded=event.parent_excluded)
            yield Change("person", fact.identity, {"parent_excluded": event.parent_excluded})
        case _:
            pass


def _assessed(fact: Fact, event: Any, kind: str, about: str | None, *, excluded: bool) -> Put:
    return Put(
        "assessment",
        {
            "assessment": f"{fact.identity}|{event.assessment_id}",
            "person_id": fact.identity,
            "kind": kind,
            "about": about,
            "outcome": event.outcome,
            "basis": event.basis,
            "parent_excluded": excluded,
            "words": clear(event.words),
            "assessed_on": event.assessed_on,
            "assessed_by": event.by,
        },
    )


def _link_worker(fact: Fact) -> Iterable[Statement]:
    if isinstance(fact.event, link_worker.LinkWorkerEngaged):
        yield Put("link_worker", {"worker_id": fact.identity, "display_name": fact.event.display_name})


def _user(fact: Fact) -> Iterable[Statement]:
    if isinstance(fact.event, user.UserNamed):
        yield Put("user", {"user_id": fact.identity, "display_name": fact.event.display_name})


_record: Final = by_module(
    {
        person: _person,
        duplicate: _duplicate,
        retention: _erasure,
        consent: _consent,
        risk: _risk,
        representation: _representation,
        referral: cases,
        link_worker: _link_worker,
        user: _user,
        tenant: places_and_trusts,
    }
)
