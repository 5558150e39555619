"""Assessing by the fund's rules: may it be funded, who may judge it, is what they say enough, and what becomes of it.

Whoever judges has no interest in the applicant: neither one they declared, nor one of an organisation they are there for.
"""

from collections.abc import Iterable
from typing import Any, Final

from commonweal.domain import codes, values
from commonweal.domain.chest import ballot, fund, fund_rounds, grant, grant_assessment, money
from commonweal.domain.chest.grant_application import MAY_BE_FUNDED, UNDECIDED, require
from commonweal.domain.message import Refused, command


@command
class CheckEligibility:
    """`failed`: the rules it does not meet; none is that it meets all."""

    failed: tuple[str, ...] = ()
    reason: str | None = None
    by: str
    by_organisations: tuple[str, ...] = ()


@command
class ShortlistApplication:
    by: str
    by_organisations: tuple[str, ...] = ()


@command
class AssessApplication:
    """`scores` 0–5, one for each criterion of the rules. `organisation`: for whom the assessor judges; none where they are staff."""

    organisation: str | None = None
    criteria: tuple[str, ...]
    scores: tuple[int, ...]
    comment: str | None = None
    by: str
    by_organisations: tuple[str, ...] = ()


@command
class ModerateAssessment:
    """What the assessors' scores come to, after they talked."""

    criteria: tuple[str, ...]
    scores: tuple[int, ...]
    comment: str | None = None
    by: str
    by_organisations: tuple[str, ...] = ()


@command
class RecommendApplication:
    """`grant_id` and `known_ballots`: which application it is and the ballots of its round, where that is decided by vote."""

    grant_id: str = ""
    amount_pence: int
    conditions: tuple[str, ...] = ()
    known_ballots: tuple[str, ...] = ()
    by: str
    by_organisations: tuple[str, ...] = ()


@command
class PlaceOnReserve:
    """`rank`: its place among those that wait for money."""

    rank: int
    by: str
    by_organisations: tuple[str, ...] = ()


@command
class DeclineApplication:
    """`feedback`: what the organisation is told."""

    reason: str
    feedback: str
    by: str
    by_organisations: tuple[str, ...] = ()


PRIMARY: Final = grant.CATEGORY

Judgment = (
    CheckEligibility
    | grant_assessment.RecordDueDiligence
    | ShortlistApplication
    | AssessApplication
    | ModerateAssessment
    | RecommendApplication
    | PlaceOnReserve
    | DeclineApplication
)
Command = Judgment
Decision = tuple[tuple[grant.Event, ...], ...]


def reads(state: grant.State, command: Command) -> tuple[tuple[str, str], ...]:
    if not state.fund_id:
        return ()
    votes = command.known_ballots if isinstance(command, RecommendApplication) else ()
    return ((fund.CATEGORY, state.fund_id), *((ballot.CATEGORY, each) for each in dict.fromkeys(votes)))


def decide(states: tuple[Any, ...], command: Command) -> Decision:
    """Shapes: `states` is (grant, fund, *ballots of its round); (grant,) where there is no such grant. Writes to the grant only."""
    state: grant.State = states[0]
    grant.known(state)
    chest: fund.State = states[1]
    votes: tuple[ballot.State, ...] = states[2:]
    nothing: Decision = ((),) * (len(states) - 1)
    found = fund_rounds.known(chest.rounds, state.round_id)
    rules = chest.rules[found.opened.rules_version]
    named = command.organisation if isinstance(command, AssessApplication) else None
    own = command.by_organisations if named is None else (named, *command.by_organisations)
    if (why := objection(state, chest, command.by, own)) is not None:
        raise Refused(why)
    if isinstance(command, RecommendApplication):
        _check_voted(state, found, command.grant_id, votes)
    return _judged(state, found, rules, command), *nothing


def objection(state: grant.State, chest: fund.State, who: str, organisations: Iterable[str]) -> str | None:
    """Why somebody, there for these organisations, may not judge an application; nothing where they may."""
    if who in state.assessment.conflicts:
        return "you declared a conflict of interest in this application: somebody else has to judge it"
    if interested(state, chest, organisations):
        return "your organisation has an interest in this application: somebody else has to judge it"
    return None


def interested(state: grant.State, chest: fund.State, organisations: Iterable[str]) -> bool:
    """Has one of these an interest in the applicant: in itself, or as a member of the steering group in those it declared?"""
    applicant = state.organisation
    return any(each == applicant or applicant in chest.steering.get(each, ()) for each in organisations)


def _judged(
    state: grant.State, found: fund_rounds.Round, rules: fund.FundRulesSet, command: Judgment
) -> tuple[grant.Event, ...]:
    match command:
        case CheckEligibility():
            return _eligibility(state, rules, command)
        case grant_assessment.RecordDueDiligence():
            return grant_assessment.diligence(state.assessment, command)
        case ShortlistApplication(by=by):
            if state.phase == "shortlisted":
                return ()
            require(state.phase, {"eligible"}, "be shortlisted")
            return (grant_assessment.ApplicationShortlisted(by=by),)
        case AssessApplication():
            return _assess(state, rules, command)
        case ModerateAssessment():
            return _moderate(state, command)
        case RecommendApplication():
            _check_judged(state, found, rules)
            fund_rounds.check_award(found, command.amount_pence)
            _check_asked(state, command.amount_pence)
            return _recommend(state, command)
        case PlaceOnReserve(rank=rank, by=by):
            return _reserve(state, rank, by)
        case DeclineApplication():
            return _decline(state, command)


def _eligibility(state: grant.State, rules: fund.FundRulesSet, command: CheckEligibility) -> tuple[grant.Event, ...]:
    failed = values.all_of(frozenset(rules.eligibility), command.failed, "failed")
    wanted = "ineligible" if failed else "eligible"
    reason = values.said(command.reason or "", "reason", 2_000) if failed else ""
    if state.phase == wanted:
        return ()
    require(state.phase, {"submitted", "eligible", "ineligible"}, "have its eligibility checked")
    if failed:
        return (grant_assessment.EligibilityFailed(rules=failed, reason=reason, by=command.by),)
    return (grant_assessment.EligibilityPassed(rules=rules.eligibility, by=command.by),)


def _assess(state: grant.State, rules: fund.FundRulesSet, command: AssessApplication) -> tuple[grant.Event, ...]:
    given = grant_assessment.points(rules.criteria, command.criteria, command.scores)
    organisation = None if command.organisation is None else values.organisation(command.organisation)
    if state.assessment.assessments.get(command.by) == given:
        return ()
    require(state.phase, MAY_BE_FUNDED, "be scored")
    return (
        grant_assessment.ApplicationAssessed(
            assessor=command.by, organisation=organisation, points=given, comment=command.comment or None
        ),
    )


def _moderate(state: grant.State, command: ModerateAssessment) -> tuple[grant.Event, ...]:
    require(state.phase, {"assessed", "pitched"}, "be moderated before somebody has scored it")
    scored = next(iter(state.assessment.assessments.values()), ())
    wanted = tuple(each.criterion for each in scored)
    given = grant_assessment.points(wanted, command.criteria, command.scores)
    if state.assessment.moderated == given:
        return ()
    moderated = grant_assessment.AssessmentModerated(
        points=given, comment=command.comment or None, moderator=command.by
    )
    return (moderated,)


def _recommend(state: grant.State, command: RecommendApplication) -> tuple[grant.Event, ...]:
    said = tuple(values.said(each, "conditions", 500) for each in command.conditions)
    then = grant_assessment.ApplicationRecommended(
        amount_pence=money.pence(command.amount_pence), conditions=said, by=command.by
    )
    if state.phase == "recommended" and state.assessment.recommended == then:
        return ()
    require(state.phase, MAY_BE_FUNDED | {"reserve", "recommended"}, "be recommended")
    return (then,)


def _reserve(state: grant.State, rank: int, by: str) -> tuple[grant.Event, ...]:
    if (state.phase, state.assessment.rank) == ("reserve", rank):
        return ()
    require(state.phase, MAY_BE_FUNDED | {"reserve", "recommended"}, "be placed on the reserve list")
    if rank < 1:
        raise Refused("rank must be 1 or more")
    return (grant_assessment.ApplicationPlacedOnReserve(rank=rank, by=by),)


def _decline(state: grant.State, command: DeclineApplication) -> tuple[grant.Event, ...]:
    values.one_of(codes.APPLICATION_DECLINES, command.reason, "reason")
    feedback = values.said(command.feedback, "feedback", 4_000)
    if state.phase == "declined":
        return ()
    require(state.phase, UNDECIDED | {"reserve", "recommended"}, "be declined")
    return (grant_assessment.ApplicationDeclined(reason=command.reason, feedback=feedback, by=command.by),)


def _check_judged(state: grant.State, found: fund_rounds.Round, rules: fund.FundRulesSet) -> None:
    """What a panel recommends was scored by enough people and well enough; what is small enough needs no scoring."""
    if found.opened.method != "panel" or is_fast_track(state):
        return
    judged = state.assessment
    if len(judged.assessments) < rules.assessors:
        raise Refused(f"{len(judged.assessments)} of {rules.assessors} assessors have scored this application")
    if (reached := percent(rules, judged)) < rules.pass_percent:
        raise Refused(f"this application reached {reached}% of the points: {rules.pass_percent}% is needed")


def _check_asked(state: grant.State, amount: int) -> None:
    """Nobody is given more than they asked for."""
    sent = state.application.submitted
    if sent is not None and amount > sent.amount_pence:
        raise Refused(f"amount_pence is more than was asked for, which is {money.pounds(sent.amount_pence)}")


def _check_voted(state: grant.State, found: fund_rounds.Round, grant_id: str, votes: tuple[ballot.State, ...]) -> None:
    """What is decided by vote was voted on; what is small enough needs no vote."""
    if found.opened.method != "participatory" or is_fast_track(state):
        return
    stood = tuple(each for each in votes if ballot.is_on(each, state.fund_id, state.round_id, grant_id))
    if not stood:
        raise Refused("this round is decided by vote, and this application stood in none yet: open a ballot with it")
    if all(each.counted is None for each in stood):
        raise Refused("the votes on this application are not counted yet: count them when the ballot is over")


def is_fast_track(state: grant.State) -> bool:
    return state.application.submitted is not None and state.application.submitted.fast_track


def percent(rules: fund.FundRulesSet, judged: grant_assessment.State) -> int:
    """The weighted share of the points there are that was given, in whole per cent, rounded down: as moderated, else of all who scored."""
    given = (judged.moderated,) if judged.moderated else tuple(judged.assessments.values())
    if not given:
        return 0
    weights = dict(zip(rules.criteria, rules.weights, strict=True))
    most = grant_assessment.BEST * sum(weights.values()) * len(given)
    return 100 * sum(weights.get(each.criterion, 0) * each.score for one in given for each in one) // most
