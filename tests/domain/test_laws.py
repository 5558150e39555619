"""What holds of every decider, whatever is asked of it in whatever order.

evolve never raises; decided twice equals once; what decide returns, evolve accepts.
"""

from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commonweal.domain import deciders, hospital
from commonweal.domain.chest import fund, fund_pledges, grant, grant_award, grant_monitoring, grant_payments
from commonweal.domain.message import Refused
from commonweal.domain.plans import (
    plan,
    plan_actions,
    plan_gains,
    plan_goals,
    plan_needs,
    plan_proposals,
    plan_words,
)
from tests.domain.arbitrary import any_of, facts, members, wishes
from tests.given import after
from tests.luck import tried

LAWFUL = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
by_module = pytest.mark.parametrize("module", deciders.MODULES, ids=lambda module: module.CATEGORY)


def decided(module: ModuleType, state: Any, command: Any) -> Any:
    """The state after a command; checks the laws of one decision on the way."""
    try:
        events = module.decide(state, command)
    except Refused:
        return state
    then = after(module, state, events)
    assert module.decide(then, command) == ()
    return then


@by_module
def test_evolve_never_raises(module: ModuleType) -> None:
    @LAWFUL
    @given(st.lists(any_of(facts, module.Event), max_size=8))
    def law(events: list[Any]) -> None:
        state = after(module, module.INITIAL, events)
        assert state == after(module, module.INITIAL, events)
        if hasattr(module, "person"):
            assert module.person(state) is None or isinstance(module.person(state), str)
        if hasattr(module, "claims"):
            assert all(isinstance(claim.value, str) for event in events for claim in module.claims(event))

    law()


BIRTH: dict[ModuleType, tuple[type, ...]] = {
    fund: (fund.FundFounded, fund.FundRulesSet, fund_pledges.PledgeMade, fund_pledges.PledgeConfirmed),
    grant: (
        grant.ApplicationStarted,
        grant_award.GrantOffered,
        grant_award.AgreementSigned,
        grant_payments.DrawdownRequested,
        grant_monitoring.MonitoringDue,
    ),
    hospital: (hospital.PatientDischarged,),
    plan: (
        plan.PlanStarted,
        plan_words.WhatMattersRecorded,
        plan_needs.NeedIdentified,
        plan_goals.GoalAgreed,
        plan_actions.ActionAdded,
        plan_proposals.PlanChangeProposed,
        plan_gains.AdviceGainRecorded,
    ),
}
"""What a stream most often begins with, where it is not the module's first event alone."""


@by_module
def test_decided_twice_equals_once_from_nothing_or_whatever_was_stored(module: ModuleType) -> None:
    granted: set[type] = set()
    anything = any_of(facts, module.Event)
    born = st.tuples(*map(facts, BIRTH.get(module) or members(module.Event)[:1]))
    stored: st.SearchStrategy[list[Any]] = st.just([]) | st.builds(
        lambda first, more: [*first, *more], born, st.lists(anything, max_size=3)
    )

    asked = given(stored, st.lists(any_of(wishes, module.Command), min_size=4, max_size=10))

    def law(events: list[Any], commands: list[Any]) -> None:
        state = after(module, module.INITIAL, events)
        for command in commands:
            before, state = state, decided(module, state, command)
            if state != before:
                granted.add(type(command))

    every = set(members(module.Command))
    tried(asked, law, 100, lambda: every - granted if len(granted) * 2 < len(every) else ())
