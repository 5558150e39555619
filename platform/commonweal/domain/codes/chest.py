"""Codes of the community chest: how it decides, whom it funds, what becomes of the money."""

from typing import Final

from commonweal.domain.codes.code_list import Codes

FUND_METHODS: Final[Codes] = {
    "panel": "a panel scores and recommends",
    "participatory": "the organisations vote",
    "delegated": "an officer decides",
}
"""How a round of a community chest is decided. Local."""

PLEDGE_CHANGES: Final[Codes] = {
    "funder_decision": "the funder decided so",
    "budget_cut": "the funder's budget was cut",
    "no_match": "nobody matched it",
    "mistake": "it was taken down wrongly",
}
"""Why a pledge is reduced or withdrawn. Local."""

FUNDS_RETURNS: Final[Codes] = {
    "left_over": "it was not needed, and went back to the funder",
    "terms": "its terms were not kept, and it went back to the funder",
    "mistake": "it was taken down wrongly, and never came",
}
"""Why money that was received is there no more. Local."""

COMMITMENTS: Final[Codes] = {
    "award": "a grant was offered",
    "varied": "an award was made larger",
    "underspend": "what another gave back",
}
"""Why money of a fund is promised. Local."""

RELEASES: Final[Codes] = {
    "refused": "the grant was refused",
    "varied": "the award was made smaller",
    "underspend": "what was left over came back",
    "terminated": "the award ended early",
    "closed": "the award is closed",
    "over": "it came back after the end of the award",
}
"""Why money of a fund is promised to nobody any more. Local."""

RETURNS: Final[Codes] = {
    "failed": "the bank did not carry it out",
    "returned": "the grantee sent it back",
    "underspend": "it was left over",
}
"""Why money that was paid is back. Local."""

ELIGIBILITY_RULES: Final[Codes] = {
    "not_for_profit": "the organisation is not for profit, or its surplus goes to its purpose",
    "in_area": "it works for people of the area",
    "governing_document": "it has a governing document",
    "own_account": "it has a bank account in its own name with two signatories",
    "for_purpose": "what it asks for is what the round is for",
    "not_statutory": "it does not replace what a public body has to do",
    "no_overdue_report": "it owes no report on an earlier grant",
}
"""What an applicant must meet. Local, after the guides of small-grant programmes."""

ASSESSMENT_CRITERIA: Final[Codes] = {
    "need": "need for it",
    "reach": "whom it reaches",
    "coproduction": "made with those it is for",
    "delivery": "can be done as planned",
    "value": "value for money",
    "equity": "fairness: who would otherwise be left out",
    "sustainability": "what stays when the money ends",
}
"""What an application is scored by, 0–5 each. Local, after North East London's principles: needs-led, co-produced, low barrier, equity."""

BENEFICIARY_GROUPS: Final[Codes] = {
    "older": "older people",
    "young": "children and young people",
    "disabled": "disabled people",
    "long_term_conditions": "people with long-term conditions",
    "mental_health": "people with mental ill health",
    "carers": "carers",
    "minoritised": "minoritised ethnic communities",
    "migrants": "refugees, asylum seekers and migrants",
    "lgbtq": "LGBTQ+ people",
    "women": "women and girls",
    "men": "men and boys",
    "low_income": "people on low incomes",
    "homeless": "people without a home",
    "rural": "people in isolated places",
}
"""Whom an organisation is led by or serves. Local, after the groups the DEI Data Standard names."""

APPLICANT_SUPPORT: Final[Codes] = {
    "application": "help with the application",
    "constitution": "help to become an organisation that can be funded",
    "budget": "help with the budget",
    "pitch": "help with the pitch",
    "translation": "translation or interpreting",
}
"""What an applicant was helped with. Local."""

APPLICATION_WITHDRAWALS: Final[Codes] = {
    "not_needed": "it is not needed any more",
    "funded_elsewhere": "somebody else pays for it",
    "no_capacity": "there is nobody to do it",
    "mistake": "it was made by mistake",
}
"""Why an application is withdrawn. Local."""

APPLICATION_DECLINES: Final[Codes] = {
    "over_budget": "there is not enough money for all",
    "score": "others reached more points",
    "vote": "others got more votes",
    "not_priority": "it is not what is most needed now",
    "duplicate": "there is such a thing already",
    "due_diligence": "the organisation could not be funded as it is",
}
"""Why an application is declined. Local."""

CONFLICTS: Final[Codes] = {
    "own_organisation": "works or volunteers for the applicant",
    "partner": "works with the applicant on what is asked for",
    "family": "a relative or friend works for the applicant",
    "financial": "gains or loses money by it",
    "competitor": "applies for the same money",
}
"""What keeps somebody from judging an application. Local, after the Charity Commission's CC29."""

CONFLICT_CLEARINGS: Final[Codes] = {"mistake": "it was declared by mistake", "ended": "it has ended"}
"""Why somebody may judge after all. Local."""

VOTE_METHODS: Final[Codes] = {"approval": "each application named on a ballot has one vote"}
"""How votes are counted. Local."""

GRANT_REFUSALS: Final[Codes] = {
    "conditions": "cannot meet the conditions",
    "amount": "the amount is too little to do it",
    "funded_elsewhere": "somebody else pays for it",
    "no_capacity": "there is nobody to do it any more",
}
"""Why an offered grant is refused. Local."""

BREACHES: Final[Codes] = {
    "not_done": "it was not done",
    "late": "it was not done in time",
    "other_use": "the money went to something else",
    "safeguarding": "people were not kept safe",
}
"""How a condition of a grant is breached. Local."""

AWARD_CHANGES: Final[Codes] = {
    "agreed": "both sides agreed",
    "need_changed": "the need has changed",
    "underspend": "what another gave back",
    "taper": "it tapers",
    "report_overdue": "a report is overdue",
    "breach": "a condition is breached",
    "closed_down": "the organisation closes",
    "safeguarding": "people were not kept safe",
}
"""Why an award is varied, paused or ended early. Local."""

DRAWDOWN_REASONS: Final[Codes] = {
    "no_evidence": "evidence is missing",
    "amount": "the amount does not fit the evidence",
    "report_first": "a report is due first",
    "condition_first": "a condition is to be met first",
    "mistake": "it was asked for by mistake",
}
"""Why a drawdown is queried or refused. Local."""

APPROVED_DESPITE: Final[Codes] = {
    "open_condition": "a condition is open, and this need not wait for it",
    "not_yet_due": "it is not all due yet, and may be paid early",
}
"""What stood against a drawdown that was approved. Local."""

PAYMENT_FAILURES: Final[Codes] = {
    "account": "the account does not exist or is closed",
    "name": "the name does not fit the account",
    "refused": "the bank refused it",
    "mistake": "it was taken down wrongly",
}
"""Why a payment was not carried out. Local."""

PEOPLE_BANDS: Final[Codes] = {
    "0": "nobody",
    "1-7": "1 to 7",
    "8-25": "8 to 25",
    "26-50": "26 to 50",
    "51-100": "51 to 100",
    "101-250": "101 to 250",
    "251-500": "251 to 500",
    "501+": "more than 500",
}
"""How many different people a funded activity reached. Local: the first band is that of the disclosure rule."""
