"""Invented support: what a link worker and a person do together, from the first contact to the last."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from commonweal.domain import codes, due
from commonweal.domain.directory.connect import (
    OfferConnection,
    RecordAttendance,
    RecordProviderAcceptance,
    SendConnection,
)
from commonweal.domain.directory.connection import (
    AcceptConnection,
    CompleteConnection,
    DeclineConnection,
    StartConnection,
)
from commonweal.domain.measures.instruments import INSTRUMENTS
from commonweal.domain.measures.measure import DeclineMeasure
from commonweal.domain.measures.measuring import RecordMeasure, ScheduleMeasure
from commonweal.domain.people.consent import GiveConsent
from commonweal.domain.plans.plan import CompletePlan
from commonweal.domain.plans.plan_actions import AddAction, CompleteAction
from commonweal.domain.plans.plan_agreement import RecordPlanAgreement
from commonweal.domain.plans.plan_goals import AgreeGoal, EndGoal, RateGoal
from commonweal.domain.plans.plan_needs import IdentifyNeed, ResolveNeed
from commonweal.domain.plans.plan_review import SchedulePlanReview
from commonweal.domain.plans.plan_start import StartPlan
from commonweal.domain.plans.plan_words import RecordStrength, RecordWhatMatters
from commonweal.domain.referrals.reaching import AcceptSocialPrescribing, AttemptContact
from commonweal.domain.work.contact_held import RecordContact
from commonweal.domain.work.note_signing import SignNote
from commonweal.domain.workforce.allocation import CloseReferral
from commonweal.runtime.simulate.step import Step, made_id

BY: Final = "simulation"
_UNMET: Final = 0.4
"""Of those with a second need: how often nothing near by met it."""
_CLOSURES: Final = ("goals_met",) * 5 + ("goals_partly_met",) * 3 + ("person_withdrew", "lost_contact", "moved_area")
_MEDIUMS: Final = ("02", "02", "01", "01", "03")
_MATTERS: Final = (
    "Having someone to talk to in the week.",
    "Being able to get to the allotment again.",
    "Knowing that the rent is paid.",
    "Cooking a proper meal for my grandchildren.",
    "Getting out of the house without being frightened of falling.",
)
_STRENGTHS: Final = (
    ("Knows everyone in the street.", "relationship"),
    ("Played the piano for forty years.", "skill"),
    ("Likes being outdoors, whatever the weather.", "interest"),
)
_GOALS: Final = (
    "Go to the lunch club by myself.",
    "Open the letters and make a list of what is owed.",
    "Walk to the park and back three times a week.",
    "Spend one afternoon a week with other people.",
)
_ACTIONS: Final = (
    "Ring the club to ask about Thursdays.",
    "Come along to the first session.",
    "Find the last three bills.",
)


@dataclass(frozen=True, slots=True)
class Told:
    """A case as its support needs to know it: until when things have happened, and with whom."""

    name: str
    person_id: str
    referral_id: str
    reasons: tuple[str, ...]
    services: Sequence[str]
    contacted: datetime
    ends: datetime
    now: datetime

    def at(self, share: float) -> datetime:
        """The moment when a share (0–1) of the support is over."""
        return self.contacted + timedelta(minutes=round((self.ends - self.contacted).total_seconds() / 60 * share))


def support(chance: Random, told: Told) -> tuple[tuple[Step, ...], str]:
    """What followed by now once a link worker had the case, and the stage it has come to with it."""
    if told.contacted > told.now:
        return _attempts(chance, told), "allocated"
    steps = [*_attempts(chance, told), *_whole(chance, told)]
    happened = tuple(sorted((each for each in steps if each.at <= told.now), key=lambda step: step.at))
    if told.ends <= told.now:
        return happened, "closed"
    return happened, "in support" if any(step.name == "plan agreed" for step in happened) else "engaged"


def _attempts(chance: Random, told: Told) -> tuple[Step, ...]:
    times = [told.contacted - timedelta(hours=30 * n) for n in range(chance.choice((0, 0, 1, 2)), 0, -1)]
    channels = ("phone", "sms")
    return tuple(
        Step(
            f"attempt {number}",
            told.referral_id,
            AttemptContact(channel=channels[number % 2], result="no_answer", attempted_at=at),
            at,
        )
        for number, at in enumerate(times)
        if at <= told.now
    )


def _whole(chance: Random, told: Told) -> Iterator[Step]:
    plan = str(made_id(told.name, "plan"))
    first = told.contacted
    yield _contact(chance, told, 0, first, "initial")
    yield Step("wants it", told.referral_id, AcceptSocialPrescribing(at=first), first + timedelta(minutes=30))
    yield from _measures(chance, told, "baseline", told.at(0.04))
    yield from _plan(chance, told, plan)
    for number, share in enumerate((0.2, 0.3, 0.42, 0.55, 0.67, 0.8, 0.92), start=1):
        yield _contact(chance, told, number, told.at(share), chance.choice(("follow_up", "follow_up", "home_visit")))
        if number % 2:
            note = SignNote(
                referral_id=told.referral_id, text="Went through the plan together.", by=BY, at=told.at(share)
            )
            yield Step(f"note {number}", str(made_id(told.name, "note", number)), note, told.at(share + 0.005))
    for number in range(min(chance.choice((1, 2, 3, 3)), len(told.services))):
        yield from _connection(chance, told, plan, number)
    yield from _end(chance, told, plan)


def _contact(chance: Random, told: Told, number: int, at: datetime, kind: str) -> Step:
    held = RecordContact(
        referral_id=told.referral_id,
        person_id=told.person_id,
        kind=kind,
        medium=chance.choice(_MEDIUMS),
        held_at=at,
        duration_min=chance.choice((15, 30, 30, 45, 60)),
        note="Talked about what matters." if number == 0 else None,
    )
    return Step(f"contact {number}", str(made_id(told.name, "contact", number)), held, at)


def _measures(chance: Random, told: Told, point: str, at: datetime) -> Iterator[Step]:
    """Better at the end than at the beginning, mostly; one in nine would rather not say."""
    better = 0.0 if point == "baseline" else chance.uniform(-0.1, 0.35)
    for code in ("ons4", "ucla3"):
        identity = str(made_id(told.name, "measure", code, point))
        if chance.random() < 1 / 9:
            scheduled = ScheduleMeasure(
                referral_id=told.referral_id, instrument=code, point=point, due_on=due.today(at), on=due.today(at)
            )
            yield Step(f"{code} {point} due", identity, scheduled, at)
            declined = DeclineMeasure(reason=chance.choice(sorted(codes.MEASURE_DECLINE_REASONS)), on=due.today(at))
            yield Step(f"{code} {point}", identity, declined, at + timedelta(minutes=5))
            continue
        answers = tuple(
            _nearest([value for value, _ in item.answers], chance.uniform(0.2, 0.6) + better)
            for item in INSTRUMENTS[code].items
        )
        filled = RecordMeasure(
            referral_id=told.referral_id,
            instrument=code,
            point=point,
            answers=answers,
            mode="self",
            completed_on=due.today(at),
            on=due.today(at),
            by=BY,
        )
        yield Step(f"{code} {point}", identity, filled, at)


def _nearest(values: Sequence[int], share: float) -> int:
    """The answer that lies a share (0–1) of the way along a scale."""
    return values[min(len(values) - 1, max(0, round((len(values) - 1) * share)))]


def _plan(chance: Random, told: Told, plan: str) -> Iterator[Step]:
    at, day = told.at(0.08), due.today(told.at(0.08))
    yield Step("plan", plan, StartPlan(plan_id=plan, referral_id=told.referral_id, by=BY), at)
    written: list[tuple[str, object]] = [
        ("matters", RecordWhatMatters(clause_id="m1", statement=chance.choice(_MATTERS), by=BY)),
    ]
    text, kind = chance.choice(_STRENGTHS)
    written.append(("strength", RecordStrength(clause_id="s1", text=text, kind=kind, by=BY)))
    written += [
        (f"need {need}", IdentifyNeed(need=need, identified_by="link_worker", severity=chance.choice((1, 2, 3)), by=BY))
        for need in told.reasons[:2]
    ]
    for number, wording in enumerate(chance.sample(_GOALS, 2), start=1):
        goal = AgreeGoal(
            goal_id=f"g{number}",
            wording=wording,
            baseline=chance.randint(1, 5),
            target_date=due.today(told.ends),
            on=day,
            by=BY,
        )
        what, who = chance.choice(_ACTIONS), chance.choice(("person", "worker"))
        action = AddAction(
            action_id=f"a{number}", goal_id=f"g{number}", what=what, who=who, by_when=due.today(told.at(0.4)), by=BY
        )
        written += [(f"goal {number}", goal), (f"action {number}", action)]
    written += [
        ("review due", SchedulePlanReview(due_on=due.today(told.at(0.6)), on=day)),
        (
            "plan agreed",
            RecordPlanAgreement(plan_id=plan, agreed_on=day, copy_offered="paper", on=day, by=BY),
        ),
    ]
    for minute, (name, command) in enumerate(written, start=1):
        yield Step(name, plan, command, at + timedelta(minutes=minute))
    yield Step(
        "action done",
        plan,
        CompleteAction(action_id="a1", done_on=due.today(told.at(0.35)), on=due.today(told.at(0.35)), by=BY),
        told.at(0.35),
    )
    for number in (1, 2):
        rated = RateGoal(
            goal_id=f"g{number}",
            rating=chance.randint(3, 8),
            rated_on=due.today(told.at(0.5)),
            on=due.today(told.at(0.5)),
            by=BY,
        )
        yield Step(f"rated {number}", plan, rated, told.at(0.5) + timedelta(minutes=number))


def _connection(chance: Random, told: Told, plan: str, number: int) -> Iterator[Step]:
    begun = 0.22 + 0.08 * number
    identity = str(made_id(told.name, "connection", number))
    service = told.services[(chance.randrange(len(told.services)) + number) % len(told.services)]
    on = due.today(told.at(begun))

    def step(name: str, command: object, share: float) -> Step:
        return Step(f"connection {number} {name}", identity, command, told.at(share))

    agreed = GiveConsent(
        scope="share_vcfse", audience=service, method="verbal", wording_version="example-1", given_on=on
    )
    yield Step(f"consent {service} {number}", told.person_id, agreed, told.at(begun - 0.01))
    offered = OfferConnection(
        referral_id=told.referral_id, service_id=service, plan_id=plan, mode="supported", by=BY, on=on
    )
    yield step("offered", offered, begun)
    if chance.random() < 0.15:
        yield step(
            "declined", DeclineConnection(reason=chance.choice(("timing", "travel", "not_interested"))), begun + 0.01
        )
        return
    yield step("accepted", AcceptConnection(), begun + 0.01)
    yield step("sent", SendConnection(channel="phone", by=BY, on=due.today(told.at(begun + 0.02))), begun + 0.02)
    yield step("taken", RecordProviderAcceptance(places_left=3, on=due.today(told.at(begun + 0.06))), begun + 0.06)
    started = told.at(begun + 0.1)
    yield step("started", StartConnection(started_on=due.today(started), on=due.today(started)), begun + 0.1)
    for session in range(3):
        held = told.at(begun + 0.12 + 0.06 * session)
        code = chance.choice(("5", "5", "5", "6", "3"))
        attended = RecordAttendance(
            session_id=f"{identity}-{session}", held_on=due.today(held), code=code, by=BY, on=due.today(held)
        )
        yield step(f"session {session}", attended, begun + 0.12 + 0.06 * session)
    ended: date = due.today(told.at(0.9))
    yield step("completed", CompleteConnection(ended_on=ended, on=ended), 0.9)


def _end(chance: Random, told: Told, plan: str) -> Iterator[Step]:
    at, day = told.at(0.95), due.today(told.at(0.95))
    yield from _measures(chance, told, "end", at)
    for number in (1, 2):
        outcome = chance.choice(("achieved", "achieved", "partly"))
        ended = EndGoal(goal_id=f"g{number}", outcome=outcome, rating=chance.randint(6, 10), on=day, by=BY)
        yield Step(f"goal {number} ended", plan, ended, at + timedelta(minutes=10 + number))
    if told.reasons:
        met = ResolveNeed(need=told.reasons[0], identified_by="link_worker", by=BY)
        yield Step("need met", plan, met, at + timedelta(minutes=14))
    yield Step("plan done", plan, CompletePlan(by=BY), at + timedelta(minutes=15))
    reason = chance.choice(_CLOSURES)
    unmet = told.reasons[1:2] if chance.random() < _UNMET else ()
    close = CloseReferral(referral_id=told.referral_id, reason=reason, unmet_needs=unmet, on=due.today(told.ends))
    yield Step("close", told.referral_id, close, told.ends)
