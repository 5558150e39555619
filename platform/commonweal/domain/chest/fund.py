"""Fund: a community chest for an area, who steers it, by which rules, and where each pound of it is.

What it has is in a module for each part: `fund_pledges` (whose money), `fund_rounds` (when one may apply), `fund_awards` (the
ledger), `fund_priorities` (what it is for first), `fund_effect` (what its funders are told came of it). Here is its life: founded,
its rules, evaluated, reconciled.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.chest import fund_awards, fund_effect, fund_pledges, fund_priorities, fund_rounds
from commonweal.domain.chest.money import pounds
from commonweal.domain.message import Refused, command, event

# These names are the storage format: never renamed.


@event
class FundFounded:
    """`areas`: codes of the places it is for; `steering_group`: organisations."""

    name: str
    areas: tuple[str, ...]
    method: str
    steering_group: tuple[str, ...]
    by: str


@event
class FundRulesSet:
    """`criteria`: what an application is scored by, 0–5 each, `weights` of the same order. `assessors`: how many score each.
    `pass_percent`: below that share of the weighted points none is recommended. `votes`: how many applications a ballot names."""

    version: int
    eligibility: tuple[str, ...]
    criteria: tuple[str, ...]
    weights: tuple[int, ...]
    assessors: int
    pass_percent: int
    votes: int
    by: str


@event
class SteeringMemberAppointed:
    """`interests`: organisations it has a part in, and does not judge."""

    organisation: str
    interests: tuple[str, ...]
    by: str


@event
class SteeringMemberStoodDown:
    organisation: str
    by: str


@event
class EvaluationPublished:
    document_hash: str
    published_on: date
    by: str


@event
class FundReconciled:
    """`left_pence`: what was received and neither paid nor promised."""

    received_pence: int
    paid_pence: int
    left_pence: int
    by: str


@command
class FoundFund:
    name: str
    areas: tuple[str, ...]
    method: str
    steering_group: tuple[str, ...] = ()
    by: str


@command
class SetFundRules:
    """A new version, for the rounds that are opened from now on."""

    eligibility: tuple[str, ...]
    criteria: tuple[str, ...]
    weights: tuple[int, ...]
    assessors: int = 2
    pass_percent: int = 50
    votes: int = 3
    by: str


@command
class AppointSteeringMember:
    """Said again with other interests, those count."""

    organisation: str
    interests: tuple[str, ...] = ()
    by: str


@command
class StandDownSteeringMember:
    organisation: str
    by: str


@command
class PublishEvaluation:
    document_hash: str
    published_on: date
    on: date
    by: str


@command
class ReconcileFund:
    """The end of a fund: nothing is open in it any more."""

    by: str


CATEGORY: Final = "fund"
CREATES: Final = (FoundFund,)

Life = (
    FundFounded
    | FundRulesSet
    | SteeringMemberAppointed
    | SteeringMemberStoodDown
    | EvaluationPublished
    | FundReconciled
)
Event = (
    Life
    | fund_pledges.Event
    | fund_rounds.Event
    | fund_awards.Event
    | fund_priorities.Event
    | fund_effect.EffectReleased
)
LifeCommand = (
    FoundFund | SetFundRules | AppointSteeringMember | StandDownSteeringMember | PublishEvaluation | ReconcileFund
)
Command = LifeCommand | fund_pledges.Command | fund_rounds.Command | fund_priorities.Command | fund_effect.ReleaseEffect
"""`award`, `payment` and `underspend` decide together with the grant."""


@dataclass(frozen=True, slots=True)
class State:
    founded: FundFounded | None = None
    rules: Mapping[int, FundRulesSet] = field(default_factory=dict)
    """By version; each round keeps the one it was opened by."""
    steering: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Organisation → its interests."""
    pledges: fund_pledges.State = field(default_factory=dict)
    rounds: fund_rounds.State = field(default_factory=dict)
    awards: fund_awards.State = field(default_factory=dict)
    priorities: fund_priorities.State = fund_priorities.INITIAL
    evaluation: EvaluationPublished | None = None
    effect: fund_effect.EffectReleased | None = None
    """What its funders were told last."""
    reconciled: bool = False

    @property
    def phase(self) -> str:
        """founding → developing → open → awarding → evaluating → closed, by what has happened."""
        if self.reconciled:
            return "closed"
        if self.founded is None or not (self.rules or self.pledges):
            return "founding"
        if not self.rounds:
            return "developing"
        going = [each for each in self.rounds.values() if not each.closed]
        if not going:
            return "evaluating"
        return "awarding" if any(each.total for each in going) else "open"

    @property
    def version(self) -> int:
        """Of the rules that count now; 0 while there are none."""
        return max(self.rules, default=0)


INITIAL: Final = State()
MOST_CRITERIA: Final = 20


def evolve(state: State, event: Event) -> State:
    if isinstance(event, fund_awards.Event):
        return _accounted(state, event)
    if isinstance(event, fund_pledges.Event):
        return replace(state, pledges=fund_pledges.evolve(state.pledges, event))
    if isinstance(event, fund_rounds.Event):
        return replace(state, rounds=fund_rounds.evolve(state.rounds, event))
    if isinstance(event, fund_priorities.Event):
        return replace(state, priorities=fund_priorities.evolve(state.priorities, event))
    if isinstance(event, fund_effect.EffectReleased):
        return replace(state, effect=event)
    return _lived(state, event)


def _accounted(state: State, event: fund_awards.Event) -> State:
    awards = fund_awards.evolve(state.awards, event)
    award = awards.get(event.grant_id)
    if award is None:
        return state
    awarded, paid = fund_awards.moves(event)
    return replace(
        state,
        awards=awards,
        pledges=fund_pledges.moved(state.pledges, awarded, paid),
        rounds=fund_rounds.awarded(state.rounds, award.round_id, award.purpose, sum(awarded.values())),
    )


def _lived(state: State, event: Life) -> State:
    match event:
        case FundFounded():
            return State(founded=event, steering=dict.fromkeys(event.steering_group, ()))
        case FundRulesSet():
            return replace(state, rules={**state.rules, event.version: event})
        case SteeringMemberAppointed(organisation=member, interests=interests):
            return replace(state, steering={**state.steering, member: interests})
        case SteeringMemberStoodDown(organisation=member):
            return replace(state, steering={k: v for k, v in state.steering.items() if k != member})
        case EvaluationPublished():
            return replace(state, evaluation=event)
        case FundReconciled():
            return replace(state, reconciled=True)


def decide(state: State, command: Command) -> tuple[Event, ...]:
    if isinstance(command, FoundFund):
        return _found(state, command)
    founded = known(state)
    if isinstance(command, PublishEvaluation):
        return _evaluate(state, command)
    if isinstance(command, ReconcileFund):
        return _reconcile(state, command)
    if isinstance(command, fund_pledges.ReturnFunds):  # what is left of a fund that is closed goes back too
        return fund_pledges.decide(state.pledges, command)
    if isinstance(command, fund_effect.ReleaseEffect):
        return fund_effect.decide(state.effect, command)
    require_open(state)
    if isinstance(command, fund_pledges.MakePledge) and not set(command.areas) <= set(founded.areas):
        raise Refused("areas must be among those the fund is for: in others nothing is awarded out of it")
    if isinstance(command, fund_pledges.Command):
        return fund_pledges.decide(state.pledges, command)
    if isinstance(command, fund_rounds.Command):
        if isinstance(command, fund_rounds.OpenRound) and not state.rules:
            raise Refused("this fund has no rules yet: set them before a round is opened")
        return fund_rounds.decide(state.rounds, command, founded.method, state.version)
    if isinstance(command, fund_priorities.Command):
        return fund_priorities.decide(state.priorities, command)
    return _steer(state, command)


def known(state: State) -> FundFounded:
    """Refuses unless the fund was founded."""
    if state.founded is None:
        raise Refused("there is no such fund")
    return state.founded


def require_open(state: State) -> None:
    if state.reconciled:
        raise Refused("this fund is closed: found a new one to go on")


def _found(state: State, command: FoundFund) -> tuple[Event, ...]:
    founded = FundFounded(
        name=values.said(command.name, "name", 200),
        areas=tuple(dict.fromkeys(values.gss_code(each, "areas") for each in command.areas)),
        method=values.one_of(codes.FUND_METHODS, command.method, "method"),
        steering_group=tuple(dict.fromkeys(values.organisation(e, "steering_group") for e in command.steering_group)),
        by=command.by,
    )
    if not founded.areas:
        raise Refused("areas is missing: say which places the fund is for")
    if state.founded is None:
        return (founded,)
    if state.founded == founded:
        return ()
    raise Refused("this fund was founded already")


Steer = SetFundRules | AppointSteeringMember | StandDownSteeringMember


def _steer(state: State, command: Steer) -> tuple[Event, ...]:
    match command:
        case SetFundRules():
            return _set_rules(state, command)
        case AppointSteeringMember(organisation=member, interests=interests, by=by):
            values.organisation(member, "organisation")
            wanted = tuple(dict.fromkeys(values.organisation(each, "interests") for each in interests))
            if state.steering.get(member) == wanted:
                return ()
            return (SteeringMemberAppointed(organisation=member, interests=wanted, by=by),)
        case StandDownSteeringMember(organisation=member, by=by):
            values.organisation(member, "organisation")
            return (SteeringMemberStoodDown(organisation=member, by=by),) if member in state.steering else ()


def _set_rules(state: State, command: SetFundRules) -> tuple[Event, ...]:
    rules = FundRulesSet(
        version=state.version + 1,
        eligibility=values.all_of(codes.ELIGIBILITY_RULES, command.eligibility, "eligibility"),
        criteria=values.all_of(codes.ASSESSMENT_CRITERIA, command.criteria, "criteria"),
        weights=command.weights,
        assessors=command.assessors,
        pass_percent=command.pass_percent,
        votes=command.votes,
        by=command.by,
    )
    if not 1 <= len(rules.criteria) <= MOST_CRITERIA or len(rules.weights) != len(rules.criteria):
        raise Refused(f"criteria and weights go together, one weight for each: 1 to {MOST_CRITERIA}")
    for name, value, least, most in (
        *(("weights", weight, 1, 100) for weight in rules.weights),
        ("assessors", rules.assessors, 1, 10),
        ("pass_percent", rules.pass_percent, 0, 100),
        ("votes", rules.votes, 1, 20),
    ):
        values.within(value, least, most, name)
    before = state.rules.get(state.version)
    if before is not None and replace(before, version=rules.version) == rules:
        return ()
    return (rules,)


def _evaluate(state: State, command: PublishEvaluation) -> tuple[Event, ...]:
    values.document_hash(command.document_hash, "document_hash")
    values.happened(command.published_on, command.on, "published_on")
    if state.evaluation is not None and state.evaluation.document_hash == command.document_hash:
        return ()
    return (EvaluationPublished(document_hash=command.document_hash, published_on=command.published_on, by=command.by),)


def _reconcile(state: State, command: ReconcileFund) -> tuple[Event, ...]:
    if state.reconciled:
        return ()
    if going := [each.opened.name for each in state.rounds.values() if not each.closed]:
        raise Refused(f"close {' and '.join(going)} first")
    if promised := sum(sum(each.open.values()) for each in state.awards.values()):
        raise Refused(f"{pounds(promised)} is promised and not paid: pay it, or end those grants first")
    received, paid = received_and_paid(state)
    return (FundReconciled(received_pence=received, paid_pence=paid, left_pence=received - paid, by=command.by),)


def rules_of(state: State, round_id: str) -> FundRulesSet | None:
    """Those a round was opened by."""
    found = state.rounds.get(round_id)
    return None if found is None else state.rules[found.opened.rules_version]


def received_and_paid(state: State) -> tuple[int, int]:
    """Pence that came in, and pence that went out and stayed out."""
    return (
        sum(each.received for each in state.pledges.values()),
        sum(each.paid for each in state.pledges.values()),
    )
