"""The forms behind an applicant's link: no address leads to them but the link's, and each is a step there by its name."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks.questions import why
from commonweal.console.forms import choices
from commonweal.domain import codes
from commonweal.domain.chest import apply, award, grant_application, grant_award, grant_monitoring, grant_payments

_ABOUT: Final = "grant"

APPLICATION: Final = Ask(
    name="application",
    command=grant_application.SaveApplication,
    title="Apply for a grant",
    button="Look at all of it",
    done="It was saved. Come back by the same link whenever you like.",
    about=_ABOUT,
    warning="A grant is public. If you accept one, anybody can read who you are, what need it meets, where, from when to when, how much it is, "
    "whose money, what was paid and, where it was voted on, how many votes it had. What you call it and what it is for are published once "
    "an officer has seen that they name nobody; the rest of what you write never is.",
    questions=(
        Question(
            field="title",
            label="What do you call it?",
            hint="The name of your project or activity, in a few words",
            missing="Enter what it is called",
            called="The name",
        ),
        Question(
            field="amount_pence",
            label="How much do you ask for?",
            kind="pounds",
            least=1,
            missing="Enter how much you ask for",
            called="The amount",
        ),
        Question(
            field="purpose",
            label="What need does it meet?",
            kind="pick",
            choices=choices(codes.NEEDS),
            missing="Select the need it meets most",
            called="The need",
        ),
        Question(
            field="area",
            label="Where is it?",
            kind="pick",
            missing="Select where it is",
            called="The area",
        ),
        Question(
            field="groups",
            label="Is your organisation led by, or is it for, any of these groups?",
            kind="choices",
            choices=choices(codes.BENEFICIARY_GROUPS),
            hint="Tick all that fit, or none",
            called="The groups",
        ),
        Question(
            field="statement",
            label="What will you do?",
            kind="words",
            hint="What happens and how often. In a round that is decided by vote, whoever votes reads this: name nobody",
            missing="Enter what you will do",
            called="What you will do",
        ),
        Question(
            field="beneficiaries",
            label="Whom will it help, and what changes for them?",
            kind="words",
            hint="Name nobody",
            missing="Enter whom it helps",
            called="Whom it helps",
        ),
        Question(
            field="places",
            label="How many places will there be for people?",
            kind="number",
            least=1,
            most=100_000,
            called="The number of places",
        ),
        Question(
            field="starts_on",
            label="When does it start?",
            kind="day",
            missing="Enter the day it starts",
            called="The first day",
        ),
        Question(
            field="ends_on",
            label="When does it end?",
            kind="day",
            missing="Enter the day it ends",
            called="The last day",
        ),
        Question(
            field="documents",
            label="Documents",
            kind="documents",
            hint="Your governing document, accounts and policies. The files stay with you: their SHA-256 proves later that they are the same. One on each line.",
            called="Each document",
        ),
    ),
)
"""Saved as often as they like; what is still missing is said when all of it is looked at."""
SUBMIT: Final = Ask(
    name="look",
    command=apply.SubmitApplication,
    title="Look at all of it",
    button="Send the application",
    done="Your application was sent.",
    about=_ABOUT,
)
"""What was saved is shown, and sent as it is shown."""

_EVIDENCE: Final = Question(
    field="evidence",
    label="What it rests on",
    kind="documents",
    hint="Invoices, receipts or a payroll. The files stay with you: their SHA-256 proves later that they are the same. One on each line.",
    called="Each document",
)
STEPS: Final = (
    Ask(
        name="withdraw",
        command=grant_application.WithdrawApplication,
        title="Withdraw the application",
        button="Withdraw it",
        done="Your application was withdrawn.",
        about=_ABOUT,
        warning="This cannot be undone.",
        questions=(why(codes.APPLICATION_WITHDRAWALS),),
    ),
    Ask(
        name="accept",
        command=grant_award.AcceptGrant,
        title="Accept the offer",
        button="Accept it",
        done="You accepted the offer. The agreement is signed next.",
        warning="What you accept is public. Ask us first if it would put somebody at risk to say who has it.",
        about=_ABOUT,
    ),
    Ask(
        name="refuse",
        command=award.RefuseGrant,
        title="Refuse the offer",
        button="Refuse it",
        done="You refused the offer. The money goes back to the fund.",
        about=_ABOUT,
        warning="This cannot be undone.",
        questions=(why(codes.GRANT_REFUSALS),),
    ),
    Ask(
        name="drawdown",
        command=grant_payments.RequestDrawdown,
        title="Ask for money of the grant",
        button="Ask for it",
        done="You asked for it. You see here when it is approved and paid.",
        about=_ABOUT,
        questions=(
            Question(field="drawdown_id", kind="new_id"),
            Question(
                field="amount_pence",
                label="How much do you ask for?",
                kind="pounds",
                least=1,
                missing="Enter how much you ask for",
                called="The amount",
            ),
            Question(
                field="report_id",
                label="Which report goes with it?",
                kind="pick",
                hint="Where money is paid once you have reported",
                called="The report",
            ),
            _EVIDENCE,
        ),
    ),
    Ask(
        name="report",
        command=grant_monitoring.SubmitMonitoring,
        title="Report how it went",
        button="Send the report",
        done="Your report was sent.",
        about=_ABOUT,
        taken=("report_id",),
        warning="Numbers only, of nobody in particular: name nobody.",
        questions=(
            Question(
                field="sessions",
                label="How many sessions were there?",
                kind="number",
                most=grant_monitoring.MOST_COUNT,
                missing="Enter how many sessions there were, 0 where there were none",
                called="The number of sessions",
            ),
            Question(
                field="places",
                label="How many places were there in them, together?",
                kind="number",
                most=grant_monitoring.MOST_COUNT,
                missing="Enter how many places there were, 0 where there were none",
                called="The number of places",
            ),
            Question(
                field="people_band",
                label="How many different people came?",
                kind="choice",
                choices=choices(codes.PEOPLE_BANDS),
                missing="Select how many people came",
            ),
            Question(
                field="spend_pence",
                label="How much did you spend in these days?",
                kind="pounds",
                missing="Enter how much you spent, 0 where it was nothing",
                called="What you spent",
            ),
            Question(field="learning", label="What did you learn?", kind="words", hint="Name nobody"),
        ),
    ),
    Ask(
        name="underspend",
        command=grant_payments.ReportUnderspend,
        title="Say what will be left over",
        button="Report it",
        done="You reported what will be left over. Whoever looks after the fund tells you how it is sent back.",
        about=_ABOUT,
        questions=(
            Question(
                field="amount_pence",
                label="How much of what you were paid will you not spend?",
                kind="pounds",
                least=1,
                missing="Enter how much is left over",
                called="The amount",
            ),
        ),
    ),
)
"""What can be done once it was begun, as far as the grant has come."""

DONE: Final = {each.name: each.done for each in (APPLICATION, SUBMIT, *STEPS)}
"""What is said once a step was taken."""
