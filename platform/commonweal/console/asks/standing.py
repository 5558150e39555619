"""Forms of how far a listing can be believed: made sure of, a problem, its places, closed, retired."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks.listings import NAMES_NOBODY
from commonweal.console.asks.questions import why
from commonweal.console.forms import choices
from commonweal.domain import codes
from commonweal.domain.directory import capacity, community_service

_ABOUT: Final = "community_service"

ASKS: Final[tuple[Ask, ...]] = (
    Ask(
        name="assure-service",
        command=community_service.AssureService,
        title="I made sure today",
        button="It is true",
        done="It was recorded that the listing was checked today.",
        about=_ABOUT,
        questions=(
            Question(
                field="method",
                label="How did you make sure?",
                kind="choice",
                choices=tuple(each for each in choices(codes.ASSURANCE_METHODS) if each.value != "used_successfully"),
                missing="Select how you made sure",
            ),
        ),
    ),
    Ask(
        name="report-service-problem",
        command=community_service.ReportServiceProblem,
        title="Report a problem",
        button="Report",
        done="The problem was reported. Everyone who looks at the service sees it from now on.",
        about=_ABOUT,
        questions=(
            Question(field="problem_id", kind="new_id"),
            Question(
                field="kind",
                label="What is wrong?",
                kind="choice",
                choices=choices(codes.SERVICE_PROBLEMS),
                missing="Select what is wrong",
            ),
            Question(field="note", label="What did you find?", kind="words", hint=NAMES_NOBODY),
        ),
    ),
    Ask(
        name="resolve-service-problem",
        command=community_service.ResolveServiceProblem,
        title="This problem is resolved",
        button="It is resolved",
        done="The problem was resolved.",
        about=_ABOUT,
        taken=("problem_id",),
    ),
    Ask(
        name="report-capacity",
        command=capacity.ReportCapacity,
        title="Report places",
        button="Report",
        done="The places were reported.",
        about=_ABOUT,
        questions=(
            Question(
                field="status",
                label="How do things stand?",
                kind="choice",
                choices=choices(codes.CAPACITY_STATUSES),
                missing="Select how things stand",
            ),
            Question(
                field="unit",
                label="Counted in",
                kind="pick",
                choices=choices(codes.CAPACITY_UNITS),
                missing="Select what it is counted in",
            ),
            Question(field="vacancy", label="How many are free?", kind="number"),
            Question(field="capacity", label="How many are there in all?", kind="number"),
            Question(field="funded_capacity", label="How many of them are paid for by a grant?", kind="number"),
            Question(field="est_wait_weeks", label="How many weeks does one wait?", kind="number", most=520),
            Question(
                field="valid_until",
                label="Until when does this hold?",
                kind="day",
                hint="Four weeks if you leave this empty.",
                called="The day",
            ),
        ),
    ),
    Ask(
        name="close-service-for-now",
        command=community_service.CloseServiceForNow,
        title="It is closed for now",
        button="Close for now",
        done="The service is closed for now: nobody is offered it.",
        about=_ABOUT,
        questions=(
            why(codes.SERVICE_CLOSURES, missing="Select why it is closed"),
            Question(field="until", label="Until which day?", kind="day", called="The day"),
        ),
    ),
    Ask(
        name="reopen-service",
        command=community_service.ReopenService,
        title="It is open again",
        button="Reopen",
        done="The service is open again.",
        about=_ABOUT,
    ),
    Ask(
        name="retire-service",
        command=community_service.RetireService,
        title="Take it off the directory",
        button="Take it off",
        done="The service is no longer listed.",
        about=_ABOUT,
        warning="It stays on record for whoever was connected to it, and cannot be listed again.",
        questions=(why(codes.SERVICE_RETIREMENTS, missing="Select why it is taken off"),),
    ),
)
