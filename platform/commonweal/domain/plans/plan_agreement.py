"""The person agrees to their plan, and support begins."""

from datetime import date
from typing import Final

from commonweal.domain import values
from commonweal.domain.message import Refused, command
from commonweal.domain.plans import plan
from commonweal.domain.plans.plan_start import ENGAGED
from commonweal.domain.referrals import referral


@command
class RecordPlanAgreement:
    """`agreed_by`: the person, or a representative; `copy_offered`: the kind of copy they were offered, wanted or not."""

    plan_id: str
    agreed_by: str = "person"
    agreed_on: date
    copy_offered: str
    on: date
    by: str


PRIMARY: Final = "plan"
PRIMARY_ID: Final = "plan_id"
Command = RecordPlanAgreement


def reads(state: plan.State, _command: Command) -> tuple[tuple[str, str], ...]:
    return () if state.referral_id is None else (("referral", state.referral_id),)


def decide(
    states: tuple[plan.State, referral.State] | tuple[plan.State], command: Command
) -> tuple[tuple[plan.Event, ...], tuple[referral.Event, ...]] | tuple[tuple[plan.Event, ...]]:
    """Shapes: `states` is (plan, referral); (plan,) where there is no such plan."""
    state, *cases = states
    plan.known(state)
    (case,) = cases
    values.happened(command.agreed_on, command.on, "agreed_on")
    made = plan.agreed(state, command.agreed_by, command.agreed_on, command.copy_offered, command.by)
    if not made:
        return (), ()
    if case.phase not in ENGAGED:
        raise Refused(f"this referral is {case.phase}: there is no support to agree on")
    begun = (referral.SupportStarted(plan_id=command.plan_id),) if case.phase == "engaged" else ()
    return made, begun
