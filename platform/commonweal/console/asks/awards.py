"""The forms of an award, from the offer to its end."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks.questions import AMOUNT, day, why
from commonweal.domain import codes
from commonweal.domain.chest import award, capacity, grant_award

_ABOUT: Final = "grant"
_FUND: Final = ("fund_id",)
_SCHEDULE: Final = Question(
    field="schedule_on",
    label="When is it paid?",
    kind="schedule",
    second="schedule_pence",
    hint="A day and a sum on each line, for example 1 9 2026 2,500. They come to the whole sum.",
    missing="Enter when it is paid",
    called="The instalments",
)

_AGREED: Final = (
    Ask(
        name="offer-grant",
        command=award.OfferGrant,
        title="Offer the grant",
        button="Offer it",
        done="The grant was offered, and its money is promised to nobody else.",
        about=_ABOUT,
        taken=_FUND,
        questions=(AMOUNT, _SCHEDULE),
    ),
    Ask(
        name="accept-grant",
        command=grant_award.AcceptGrant,
        title="The organisation accepts",
        button="Record it",
        done="It was recorded that the organisation accepts.",
        about=_ABOUT,
        warning="For an organisation that told you so: it can do so itself by its link.",
    ),
    Ask(
        name="refuse-grant",
        command=award.RefuseGrant,
        title="The organisation does not take it",
        button="Record it",
        done="It was recorded, and the money is free again.",
        about=_ABOUT,
        taken=_FUND,
        questions=(why(codes.GRANT_REFUSALS),),
    ),
    Ask(
        name="sign-agreement",
        command=grant_award.SignAgreement,
        title="Record the signed agreement",
        button="Record it",
        done="The agreement is signed: the grant can be drawn.",
        about=_ABOUT,
        questions=(
            Question(
                field="document_hash",
                label="SHA-256 of the agreement",
                kind="document",
                hint="64 characters, 0 to 9 and a to f: it proves later which paper was signed. The file stays with you.",
                missing="Choose the agreement, or enter its SHA-256",
                called="The SHA-256",
            ),
            Question(
                field="signed_for",
                label="For which organisations was it signed?",
                kind="lines",
                hint="Both sides, who grants and who is granted: codes, one a line.",
                missing="Enter the organisations",
                called="The organisations",
            ),
            day("signed_on", "When?"),
        ),
    ),
    Ask(
        name="meet-condition",
        command=grant_award.MeetCondition,
        title="A condition is met",
        button="Record it",
        done="The condition is met.",
        about=_ABOUT,
        taken=("condition",),
        questions=(
            Question(
                field="evidence",
                label="Where does one see it?",
                hint="A reference without spaces, for example visit-2026-17.",
                called="The reference",
            ),
        ),
    ),
    Ask(
        name="breach-condition",
        command=grant_award.BreachCondition,
        title="A condition is breached",
        button="Record it",
        done="The breach was recorded.",
        about=_ABOUT,
        taken=("condition",),
        questions=(why(codes.BREACHES),),
    ),
    Ask(
        name="fund-capacity",
        command=capacity.FundCapacity,
        title="Say which places it pays for",
        button="Save",
        done="The places were recorded. People connected with the service count as helped by this grant.",
        about=_ABOUT,
        questions=(
            Question(field="capacity_id", kind="new_id"),
            Question(
                field="service_id",
                label="In which service of the directory?",
                kind="pick",
                found="services",
                missing="Select the service",
                called="The service",
            ),
            Question(field="places", label="How many places?", kind="number", least=1, missing="Enter how many places"),
            day("from_on", "From when?"),
            day("to_on", "Until when?"),
        ),
    ),
    Ask(
        name="publish-award",
        command=grant_award.PublishAward,
        title="Publish what it is for",
        button="Publish it",
        done="It is on the public page of awards for anybody to read, once the grant is accepted.",
        about=_ABOUT,
        warning="Once the grant is accepted anybody can read this without signing in, and copy it: name nobody, and nothing by which somebody could be known. Left empty, "
        "the page says the need and the place alone.",
        questions=(
            Question(field="title", label="What is it called?", hint="140 characters at most", called="The name"),
            Question(
                field="summary",
                label="What is it for, in a sentence or two?",
                kind="words",
                hint="600 characters at most",
                called="What it is for",
            ),
            Question(
                field="unnamed",
                label="Would it put somebody at risk to say who has this grant?",
                kind="yes_no",
                hint="For example a refuge. The public is not told who it is then; those who fund it are. The words above stay empty",
                missing="Select whether it would put somebody at risk",
                called="Whether it is named",
            ),
        ),
    ),
)
_CHANGED: Final = (
    Ask(
        name="vary-award",
        command=award.VaryAward,
        title="Change the award",
        button="Change it",
        done="The award was changed.",
        about=_ABOUT,
        taken=_FUND,
        questions=(AMOUNT, _SCHEDULE, why(codes.AWARD_CHANGES)),
    ),
    Ask(
        name="pause-award",
        command=grant_award.PauseAward,
        title="Pause the award",
        button="Pause it",
        done="The award is paused: nothing is paid until it is resumed.",
        about=_ABOUT,
        questions=(why(codes.AWARD_CHANGES),),
    ),
    Ask(
        name="resume-award",
        command=grant_award.ResumeAward,
        title="Resume the award",
        button="Resume it",
        done="The award goes on.",
        about=_ABOUT,
    ),
    Ask(
        name="terminate-award",
        command=award.TerminateAward,
        title="End the award early",
        button="End it",
        done="The award has ended. What was not paid is free again.",
        about=_ABOUT,
        taken=_FUND,
        warning="This cannot be undone. What was promised and not paid goes back to the fund.",
        questions=(why(codes.AWARD_CHANGES),),
    ),
    Ask(
        name="close-award",
        command=award.CloseAward,
        title="Close the award",
        button="Close it",
        done="The award is closed.",
        about=_ABOUT,
        taken=_FUND,
        warning="What was not paid goes back to the fund. Each report that was asked for has to be accepted before.",
    ),
)

ASKS: Final = (*_AGREED, *_CHANGED)
