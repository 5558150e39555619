"""What one reads of an application before one judges it, and of an award before one approves, pays or closes."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from commonweal.console.wording import long_date, plural, sentence_case
from commonweal.domain import codes
from commonweal.domain.chest import assess, fund, grant, grant_application, grant_schedule
from commonweal.domain.chest.money import pounds
from commonweal.runtime.pages.page import Given, Pages
from commonweal.runtime.schema import Asker

Facts = tuple[tuple[str, str], ...]
"""(label, words)"""


async def standing(_pages: Pages, asker: Asker, grant_id: str, _given: Given) -> Facts:
    """What is paid of an award, what falls due when, and how its conditions and reports stand."""
    state: grant.State = (await asker.tenant.streams.get(grant.CATEGORY, grant_id)).state
    due = ", ".join(f"{pounds(each.pence)} on {long_date(each.due_on)}" for each in grant_schedule.stands(state.award))
    told = (
        ("Awarded", pounds(state.award.amount)),
        ("Paid", pounds(state.payments.paid)),
        ("Falls due", due),
        ("Conditions", _of_all(Counter(_MET[state.award.met.get(each)] for each in _conditions(state)))),
        ("Reports", _of_all(Counter(each.phase for each in state.reports.values())) or "None was asked for"),
    )
    return tuple((label, words) for label, words in told if words)


_MET: Final = {True: "met", False: "breached", None: "open"}


def _conditions(state: grant.State) -> range:
    return range(1, state.award.conditions + 1)


def _of_all(counts: Mapping[str, int]) -> str:
    """`2 met, 1 open`"""
    return ", ".join(f"{number} {what}" for what, number in counts.items())


async def application(_pages: Pages, asker: Asker, grant_id: str, _given: Given) -> Facts:
    """What is asked for: whoever scores by themselves is not told how others did."""
    state: grant.State = (await asker.tenant.streams.get(grant.CATEGORY, grant_id)).state
    return (*_asked(state), *words(state))


async def application_as_scored(pages: Pages, asker: Asker, grant_id: str, given: Given) -> Facts:
    """The same, and how it was scored."""
    state: grant.State = (await asker.tenant.streams.get(grant.CATEGORY, grant_id)).state
    return (*await application(pages, asker, grant_id, given), *await _scored(asker, state))


async def conflict(_pages: Pages, asker: Asker, grant_id: str, given: Given) -> Facts:
    """Which conflict of interest somebody declared."""
    state: grant.State = (await asker.tenant.streams.get(grant.CATEGORY, grant_id)).state
    kind = state.assessment.conflicts.get(given.get("assessor", ""))
    return () if kind is None else (("They declared", sentence_case(codes.CONFLICTS.get(kind, kind))),)


def _asked(state: grant.State) -> Facts:
    sent = state.application.submitted
    if sent is None:
        return ()
    return ("Asks for", pounds(sent.amount_pence)), ("For", sentence_case(codes.NEEDS.get(sent.purpose, sent.purpose)))


def words(state: grant.State) -> Facts:
    """What the organisation wrote."""
    draft = state.application.draft or grant_application.ApplicationSaved()
    said = (("What it does", draft.statement), ("Whom it helps", draft.beneficiaries))
    return tuple((label, text) for label, text in said if isinstance(text, str) and text)


async def _scored(asker: Asker, state: grant.State) -> Facts:
    judged = state.assessment
    chest: fund.State = (await asker.tenant.streams.get(fund.CATEGORY, state.fund_id)).state
    rules = fund.rules_of(chest, state.round_id)
    if rules is None or not judged.assessments:
        return ()
    by = "as agreed" if judged.moderated else f"by {plural(len(judged.assessments), 'assessor', 'assessors')}"
    return (("Reached", f"{assess.percent(rules, judged)}% of the points, {by}; {rules.pass_percent}% is needed"),)
