"""A plan is shared with somebody, because the person agreed to that."""

from datetime import date
from typing import Any, Final

from commonweal.domain import codes, values
from commonweal.domain.message import Refused, command
from commonweal.domain.people import consent
from commonweal.domain.plans import plan, plan_sharing


@command
class SharePlan:
    """`audience`: the id of a community service; of the other kinds it is `any`, for it follows the person and the referral."""

    kind: str
    audience: str = "any"
    part: str
    on: date
    by: str


PRIMARY: Final = "plan"
Command = SharePlan


def reads(state: plan.State, _command: Command) -> tuple[tuple[str, str], ...]:
    if state.person_id is None or state.referral_id is None:
        return ()
    return (("consent", state.person_id), ("referral", state.referral_id))


def decide(states: tuple[Any, ...], command: Command) -> tuple[tuple[Any, ...], ...]:
    """Shapes: `states` is (plan, consent, referral); (plan,) where there is no such plan. Writes to the plan only."""
    state, *others = states
    plan.known(state)
    answers, case = others
    values.one_of(codes.PLAN_AUDIENCES, command.kind, "kind")
    audience = _audience(command, case.source)
    scope = plan_sharing.CONSENTS[command.kind]
    asked = consent.ANY if scope in consent.OURSELVES else audience
    if not consent.allows(answers, scope, asked, command.on):
        who = codes.PLAN_AUDIENCES[command.kind]
        raise Refused(
            f"this person has not agreed to share with {who}: ask them, record their consent to {scope}, then share"
        )
    plan.require_open(state)
    made = plan_sharing.share(state.shares, command.kind, audience, command.part, state.version, command.by)
    return made, (), ()


def _audience(command: SharePlan, source: tuple[str, str] | None) -> str:
    if command.kind == "provider":
        if command.audience == consent.ANY:
            raise Refused("audience is missing: say with which community service")
        return values.identifier(command.audience, "audience")
    if command.kind == "referrer":
        return source[0] if source is not None else consent.ANY
    return consent.ANY
