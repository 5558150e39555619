"""What stands in a community chest's forms before anything is typed: what was said before, so that nobody types it again."""

from collections.abc import Mapping, Sequence

from commonweal.console import saved
from commonweal.domain.chest import assess, fund, grant, grant_schedule
from commonweal.domain.chest.grant_assessment import Point
from commonweal.runtime import permissions
from commonweal.runtime.schema import Asker

Filled = Mapping[str, str]


async def rules_as_they_are(asker: Asker, fund_id: str, _given: Filled) -> Filled:
    """All rules are set anew each time; where there are none, what holds if nothing else is said."""
    state: fund.State = (await asker.tenant.streams.get(fund.CATEGORY, fund_id)).state
    rules = state.rules.get(state.version)
    if rules is None:
        given = fund.SetFundRules(eligibility=(), criteria=(), weights=(), by="")
        return {name: f"{getattr(given, name)}" for name in _NUMBERS}
    weights = {f"criteria_{name}": f"{weight}" for name, weight in zip(rules.criteria, rules.weights, strict=True)}
    return {"eligibility": ",".join(rules.eligibility), **weights, **{n: f"{getattr(rules, n)}" for n in _NUMBERS}}


_NUMBERS = ("assessors", "pass_percent", "votes")


async def what_is_asked(asker: Asker, grant_id: str, _given: Filled) -> Filled:
    asked = (await _grant(asker, grant_id)).application.submitted
    return {} if asked is None else {"amount_pence": saved.in_pounds(asked.amount_pence)}


async def what_is_recommended(asker: Asker, grant_id: str, _given: Filled) -> Filled:
    said = (await _grant(asker, grant_id)).assessment.recommended
    return {} if said is None else {"amount_pence": saved.in_pounds(said.amount_pence)}


async def both_sides(asker: Asker, grant_id: str, _given: Filled) -> Filled:
    """Who grants and who is granted."""
    return {"signed_for": f"{asker.tenant.ods}\n{(await _grant(asker, grant_id)).organisation}"}


async def award_as_it_is(asker: Asker, grant_id: str, _given: Filled) -> Filled:
    given = (await _grant(asker, grant_id)).award
    lines = [f"{each.due_on:%-d %-m %Y} {saved.in_pounds(each.pence)}" for each in grant_schedule.stands(given)]
    return {"amount_pence": saved.in_pounds(given.amount), "schedule_on": "\n".join(lines)}


async def scores_so_far(asker: Asker, grant_id: str, _given: Filled) -> Filled:
    """What was agreed before."""
    return _scores((await _grant(asker, grant_id)).assessment.moderated)


async def own_scores(asker: Asker, grant_id: str, _given: Filled) -> Filled:
    """What the assessor gave before, and for whom they judge, where an organisation sent them."""
    before = (await _grant(asker, grant_id)).assessment.assessments.get(asker.principal.id, ())
    sent = permissions.organisations(asker.principal.grants, assess.AssessApplication)
    return {**_scores(before), **({"organisation": next(iter(sent))} if sent is not None and len(sent) == 1 else {})}


def _scores(points: Sequence[Point]) -> Filled:
    return {f"criteria_{each.criterion}": f"{each.score}" for each in points}


async def _grant(asker: Asker, grant_id: str) -> grant.State:
    state: grant.State = (await asker.tenant.streams.get(grant.CATEGORY, grant_id)).state
    return state
