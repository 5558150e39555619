"""An invented case: someone is referred, and what becomes of it until today."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from commonweal.domain import codes, due
from commonweal.domain.people.consent import GiveConsent
from commonweal.domain.referrals.receive import ReceiveReferral
from commonweal.domain.referrals.referral import AcceptReferral, RedirectReferral, RejectReferral, StartTriage
from commonweal.domain.workforce.allocation import AllocateLinkWorker, DeclineSocialPrescribing
from commonweal.runtime.simulate.invented import someone
from commonweal.runtime.simulate.setting import TRUSTS, Practice, Setting, source
from commonweal.runtime.simulate.step import Step, made_id
from commonweal.runtime.simulate.support import Told, support

DAYS: Final = 150
"""How far back cases go."""

WITH_LINK_WORKER: Final = frozenset({"allocated", "engaged", "in support", "closed"})
"""Stages of a case that somebody had at some time."""
_OUTCOMES: Final = {"accepted": 75, "rejected": 10, "redirected": 7, "declined": 8}
_STORIES: Final = (
    "Would like company during the week and somewhere to go that is not the surgery.",
    "Has lost confidence since a fall and hardly leaves the house.",
    "Letters about bills are piling up unopened.",
    "Cares for a relative and has no time for anything else.",
    "Used to love gardening; has not been outside much since moving here.",
    "Finds forms and appointments in English hard.",
)


@dataclass(frozen=True, slots=True)
class Case:
    """`stage`: how far it has come by now; `before` and `after`: what happens up to a link worker, and then."""

    name: str
    person_id: str
    referral_id: str
    pcn: str
    stage: str
    weight: int
    before: tuple[Step, ...]
    after: tuple[Step, ...]
    allocated_at: datetime | None

    def steps(self, worker_id: str | None) -> Iterator[Step]:
        """All of it in order, with the link worker who takes it."""
        yield from self.before
        if self.allocated_at is not None and worker_id is not None:
            allocate = AllocateLinkWorker(
                referral_id=self.referral_id, worker_id=worker_id, weight=self.weight, reason="capacity"
            )
            yield Step("allocate", self.referral_id, allocate, self.allocated_at)
        yield from self.after


def invent(where: Setting, seed: int, number: int, nhs_number: str) -> Case:
    """Case `number` of a seed: what happens in it is the same whenever it is asked for, counted back from `where.now`."""
    name = f"{where.ods}/{seed}/{number}"
    chance = Random(name)  # noqa: S311 – to be foreseen, not to be secret
    practice = chance.choice(where.practices)
    person_id, referral_id = str(made_id(name, "person")), str(made_id(name, "referral"))
    times = _times(chance, where.now)
    arrival = _arrival(chance, where, practice, name, nhs_number, times["received"])
    triage, stage = _triage(chance, referral_id, times, where.now)
    after, stage = _after(chance, where, name, times) if stage == "waiting" else ((), stage)
    return Case(
        name=name,
        person_id=person_id,
        referral_id=referral_id,
        pcn=practice.pcn,
        stage=stage,
        weight=1 if stage == "closed" else chance.choice((1, 1, 1, 2, 2, 3)),
        before=(*arrival, *triage),
        after=after,
        allocated_at=times["allocated"] if stage in WITH_LINK_WORKER else None,
    )


def _times(chance: Random, now: datetime) -> dict[str, datetime]:
    """When each thing happens, the later ones perhaps after now. Days of each stage: about as long as link workers report."""
    at = (now - timedelta(days=chance.random() * DAYS)).replace(second=0, microsecond=0)
    found = {"received": at}
    for name, least, most in (
        ("triaged", 0.1, 2),
        ("decided", 0.1, 2),
        ("allocated", 1, 14),
        ("contacted", 3, 12),
        ("closed", 28, 98),
    ):
        at += timedelta(minutes=round(chance.uniform(least, most) * 24 * 60))
        found[name] = at
    return found


def _arrival(
    chance: Random, where: Setting, practice: Practice, name: str, nhs_number: str, at: datetime
) -> Iterator[Step]:
    person_id, referral_id = str(made_id(name, "person")), str(made_id(name, "referral"))
    day = due.today(at)
    referred_by, organisation, place, role = source(chance, where, practice)
    yield Step("register", person_id, someone(chance, nhs_number, practice.key, day), at)
    scopes = [("contact", "any")]
    if referred_by in TRUSTS and chance.random() < 0.8:
        scopes.append(("share_referrer", organisation))
    if chance.random() < 0.3:
        scopes.append(("share_gp", "any"))
    method = chance.choice(("verbal", "verbal", "written", "digital"))
    for scope, audience in scopes:
        given = GiveConsent(scope=scope, audience=audience, method=method, wording_version="example-1", given_on=day)
        yield Step(f"consent {scope}", person_id, given, at)
    received = ReceiveReferral(
        person_id=person_id,
        source=referred_by,
        source_org=organisation,
        source_reference=f"SIM-{name}",
        setting=place,
        priority="2" if chance.random() < 0.15 else "1",
        reasons=_reasons(name),
        narrative=chance.choice(_STORIES) if chance.random() < 0.7 else None,
        referrer_role=role,
        practice=practice.key,
        received_at=at,
    )
    yield Step("receive", referral_id, received, at)


def _triage(
    chance: Random, referral_id: str, times: Mapping[str, datetime], now: datetime
) -> tuple[tuple[Step, ...], str]:
    """What was decided by now, and the stage the referral has come to with it."""
    if times["triaged"] > now:
        return (), "received"
    started = Step("triage", referral_id, StartTriage(), times["triaged"])
    if times["decided"] > now:
        return (started,), "in triage"
    outcome = chance.choices(list(_OUTCOMES), list(_OUTCOMES.values()))[0]
    decided = Step("decide", referral_id, _decision(chance, outcome, referral_id), times["decided"])
    return (started, decided), "waiting" if outcome == "accepted" else outcome


def _decision(chance: Random, outcome: str, referral_id: str) -> object:
    match outcome:
        case "accepted":
            return AcceptReferral()
        case "rejected":
            reason = chance.choice(("01", "02", "03", "out_of_area", "already_open"))
            return RejectReferral(reason=reason, feedback=f"Not taken on: {codes.REJECTION_REASONS[reason]}.")
        case "redirected":
            return RedirectReferral(
                to_organisation="GB-CHC-0000002", reason=chance.choice(sorted(codes.REDIRECTION_REASONS))
            )
        case _:
            return DeclineSocialPrescribing(
                referral_id=referral_id, reason=chance.choice(sorted(codes.DECLINE_REASONS))
            )


def _after(chance: Random, where: Setting, name: str, times: Mapping[str, datetime]) -> tuple[tuple[Step, ...], str]:
    """What followed by now once it was accepted, and the stage the referral has come to with it."""
    if times["allocated"] > where.now:
        return (), "waiting"
    told = Told(
        name=name,
        person_id=str(made_id(name, "person")),
        referral_id=str(made_id(name, "referral")),
        reasons=_reasons(name),
        services=where.services,
        contacted=times["contacted"],
        ends=times["closed"],
        now=where.now,
    )
    return support(chance, told)


def _reasons(name: str) -> tuple[str, ...]:
    """Why somebody is referred: the same for each who asks about the case."""
    chance = Random(f"{name}/reasons")  # noqa: S311
    return tuple(chance.sample(sorted(codes.NEEDS), chance.choice((1, 1, 2, 2, 3, 4))))


def anchor(now: datetime) -> datetime:
    """The minute cases are counted back from."""
    return now.astimezone(UTC).replace(second=0, microsecond=0)
