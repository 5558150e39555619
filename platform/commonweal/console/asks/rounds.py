"""The forms of a round, with its ballot."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks.questions import ORGANISATIONS, day
from commonweal.console.forms import choices
from commonweal.domain import codes
from commonweal.domain.chest import ballot, ballot_opening, fund_rounds

_ABOUT: Final = "fund"

ASKS: Final = (
    Ask(
        name="open-round",
        command=fund_rounds.OpenRound,
        title="Open a round",
        button="Open it",
        done="The round was opened.",
        about=_ABOUT,
        questions=(
            Question(field="round_id", kind="new_id"),
            Question(field="name", label="Its name", hint="For example Spring 2027.", missing="Enter its name"),
            day("opens_on", "From when may one apply?", "The first day"),
            day("closes_on", "Which is the last day?", "The last day"),
            Question(
                field="least_pence",
                label="The least one may ask for",
                kind="pounds",
                missing="Enter the least one may ask for",
                called="The least one may ask for",
            ),
            Question(
                field="most_pence",
                label="The most one may ask for",
                kind="pounds",
                missing="Enter the most one may ask for",
            ),
            Question(field="budget_pence", label="The most it awards in all", kind="pounds"),
            Question(
                field="fast_track_below_pence",
                label="Below which sum is no scoring needed?",
                kind="pounds",
                called="The sum for the fast track",
            ),
            Question(
                field="ringfences",
                label="Is a part of it kept for certain needs?",
                kind="ringfence",
                choices=choices(codes.NEEDS),
                second="ringfence_percents",
                most=100,
                hint="The round cannot be closed until that part has gone to them.",
                called="What is kept",
            ),
            Question(
                field="method",
                label="How is it decided, if not as in the rest of the fund?",
                kind="choice",
                choices=choices(codes.FUND_METHODS),
                called="The way",
            ),
        ),
    ),
    Ask(
        name="extend-round",
        command=fund_rounds.ExtendRound,
        title="Give more time to apply",
        button="Give more time",
        done="There is more time to apply.",
        about=_ABOUT,
        taken=("round_id",),
        questions=(day("closes_on", "Which is the last day from now on?"),),
    ),
    Ask(
        name="close-round",
        command=fund_rounds.CloseRound,
        title="Close a round",
        button="Close it",
        done="The round was closed.",
        about=_ABOUT,
        taken=("round_id",),
        warning="Nothing more is awarded in it after that.",
    ),
    Ask(
        name="open-ballot",
        command=ballot_opening.OpenBallot,
        title="Open the ballot",
        button="Open the ballot",
        done="The ballot was opened. Give each organisation its link.",
        about=_ABOUT,
        parent="fund_id",
        taken=("round_id",),
        questions=(
            Question(
                field="grants",
                label="What can be voted for?",
                kind="choices",
                found="chest_candidates",
                missing="Select the applications",
                hint="Two or more. What was voted on already is not among them.",
                called="The applications",
            ),
            Question(
                field="voters",
                label="Who has a vote?",
                kind="lines",
                hint=f"Those who apply, where this is empty. {ORGANISATIONS}",
                called="Who has a vote",
            ),
            day("closes_on", "Until when can one vote?"),
        ),
    ),
    Ask(
        name="count-votes",
        command=ballot.CountVotes,
        title="Count the votes",
        button="Count them",
        done="The votes were counted, and what they came to is published.",
        about="ballot",
    ),
)
