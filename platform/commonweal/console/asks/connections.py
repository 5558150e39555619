"""The forms of a connection: the person's answer, the provider's, and what came of it."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks.questions import day, why
from commonweal.console.forms import Choice, choices
from commonweal.domain import codes
from commonweal.domain.directory import connect, connection, contribution

_ABOUT: Final = "connection"
_CODE: Final = Question(
    field="code",
    label="Did they come?",
    kind="choice",
    choices=choices(codes.ATTENDANCES, connection.ATTENDANCES),
    missing="Select whether they came",
)
_PLACES: Final = Question(
    field="places_left", label="How many places do they have left?", kind="number", hint="Shown in the directory."
)


OFFER: Final = Ask(
    name="offer-connection",
    command=connect.OfferConnection,
    title="Offer this service",
    button="Offer",
    done="The service was offered. Record what the person says to it.",
    about="referral",
    parent="referral_id",
    taken=("service_id",),
    questions=(
        Question(
            field="mode",
            label="How will you connect them?",
            kind="choice",
            choices=choices(codes.CONNECTION_MODES),
            missing="Select how you will connect them",
        ),
        Question(
            field="hope",
            label="What do they hope for?",
            kind="words",
            hint="In their words. The provider reads this if the person agrees to be told of.",
            called="What they hope for",
        ),
        Question(
            field="override_reason",
            label="Why offer it although the listing cannot be relied on?",
            kind="choice",
            choices=choices(codes.STALE_LISTING_REASONS),
            called="A reason",
        ),
        Question(field="override_note", label="What do you know that the listing does not say?", kind="words"),
    ),
)

ASKS: Final = (
    OFFER,
    Ask(
        name="accept-connection",
        command=connection.AcceptConnection,
        title="The person says yes",
        button="They say yes",
        done="It was recorded that the person says yes.",
        about=_ABOUT,
    ),
    Ask(
        name="decline-connection",
        command=connection.DeclineConnection,
        title="The person would rather not",
        button="Record it",
        done="It was recorded that the person would rather not.",
        about=_ABOUT,
        questions=(why(codes.CONNECTION_DECLINE_REASONS),),
    ),
    Ask(
        name="send-connection",
        command=connect.SendConnection,
        title="Tell the provider",
        button="Record that they are told",
        done="It was recorded how the provider is told.",
        about=_ABOUT,
        warning="You may do this only while the person agrees that community services are told of them. The provider is told a "
        "first name and what they hope for; how to reach them only where they are referred.",
        questions=(
            Question(
                field="channel",
                label="How is the provider told?",
                kind="choice",
                choices=choices(codes.CONNECTION_CHANNELS),
                hint="With a link they answer without an account. You copy it into your own e-mail or letter: we send nothing.",
                missing="Select how the provider is told",
            ),
            Question(field="link_id", kind="new_id", when=("channel", "secure_link")),
        ),
    ),
    Ask(
        name="replace-provider-link",
        command=connection.ReplaceProviderLink,
        title="Make a new link for the provider",
        button="Make a new link",
        done="A new link was made. The old one opens nothing any more.",
        about=_ABOUT,
        questions=(Question(field="link_id", kind="new_id"),),
    ),
    Ask(
        name="provider-accepted",
        command=connect.RecordProviderAcceptance,
        title="The provider will take them",
        button="Record it",
        done="The provider's answer was recorded.",
        about=_ABOUT,
        questions=(_PLACES,),
    ),
    Ask(
        name="provider-declined",
        command=connect.RecordProviderDecline,
        title="The provider cannot take them",
        button="Record it",
        done="The provider's answer was recorded.",
        about=_ABOUT,
        questions=(why(codes.PROVIDER_DECLINE_REASONS), _PLACES),
    ),
    Ask(
        name="provider-waiting-list",
        command=connect.RecordProviderWaitingList,
        title="The provider has a waiting list",
        button="Record it",
        done="The provider's answer was recorded.",
        about=_ABOUT,
        questions=(
            Question(field="est_wait_weeks", label="How many weeks will they wait?", kind="number", most=520),
            _PLACES,
        ),
    ),
    Ask(
        name="start-connection",
        command=connection.StartConnection,
        title="They have begun",
        button="Record it",
        done="It was recorded that they have begun.",
        about=_ABOUT,
        questions=(day("started_on", "When did they first go?"),),
    ),
    Ask(
        name="complete-connection",
        command=connection.CompleteConnection,
        title="It is complete",
        button="Record it",
        done="The connection is complete.",
        about=_ABOUT,
        questions=(day("ended_on", "When did it end?"),),
    ),
    Ask(
        name="drop-connection",
        command=connection.DropConnection,
        title="It ended early",
        button="Record it",
        done="It was recorded that the connection ended.",
        about=_ABOUT,
        questions=(day("ended_on", "When did it end?"), why(codes.CONNECTION_DROP_REASONS)),
    ),
    Ask(
        name="record-attendance",
        command=connect.RecordAttendance,
        title="Record a session",
        button="Record",
        done="The session was recorded.",
        about=_ABOUT,
        questions=(Question(field="session_id", kind="new_id"), day("held_on", "When was the session?"), _CODE),
    ),
    Ask(
        name="correct-attendance",
        command=connection.CorrectAttendance,
        title="Correct a session",
        button="Correct",
        done="The session was corrected.",
        about=_ABOUT,
        taken=("session_id",),
        questions=(_CODE,),
    ),
    Ask(
        name="start-contribution",
        command=contribution.StartContribution,
        title="They give something themselves",
        button="Record it",
        done="It was recorded what they give.",
        about=_ABOUT,
        questions=(
            Question(field="contribution_id", kind="new_id"),
            Question(
                field="role",
                label="As what?",
                kind="choice",
                choices=choices(codes.CONTRIBUTION_ROLES),
                missing="Select as what",
            ),
            day("started_on", "Since when?"),
        ),
    ),
    Ask(
        name="end-contribution",
        command=contribution.EndContribution,
        title="They no longer give this",
        button="Record it",
        done="It was recorded that this came to an end.",
        about=_ABOUT,
        taken=("contribution_id",),
        questions=(day("ended_on", "Until when?"),),
    ),
)

ANSWERS: Final = (
    Choice(value="accept", text="Yes, we will take them"),
    Choice(value="waiting_list", text="They can join our waiting list"),
    Choice(value="decline", text="No, we cannot take them"),
)
"""What a provider may answer on the page its link opens."""
BY_LINK: Final = Ask(
    name="answer-by-link",
    command=connect.AnswerByLink,
    title="Can you take them?",
    button="Send our answer",
    done="",
    about=_ABOUT,
    questions=(
        Question(
            field="answer", label="Can you take them?", kind="choice", choices=ANSWERS, missing="Select your answer"
        ),
        Question(
            field="reason",
            label="Why not?",
            kind="choice",
            choices=choices(codes.PROVIDER_DECLINE_REASONS),
            missing="Select why not",
            when=("answer", "decline"),
        ),
        Question(
            field="est_wait_weeks",
            label="About how many weeks will they wait?",
            kind="number",
            most=520,
            when=("answer", "waiting_list"),
        ),
        Question(field="places_left", label="How many places do you have left?", kind="number", most=connect.MOST),
    ),
)
"""The form behind a provider's link: no address leads to it but the link's."""
