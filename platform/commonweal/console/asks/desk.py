"""The desk's forms: from a referral that has come to one that is closed and followed up."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks.questions import why
from commonweal.console.forms import choices
from commonweal.domain import codes
from commonweal.domain.referrals import (
    follow_up,
    information,
    reaching,
    refer_back,
    referral,
    waiting,
)
from commonweal.domain.workforce import allocation

_PRIORITIES: Final = choices(codes.PRIORITIES)

_TRIAGE: Final = (
    Ask(
        name="start-triage",
        command=referral.StartTriage,
        title="Start triage",
        button="Start triage",
        done="Triage was started.",
        about="referral",
    ),
    Ask(
        name="ask-for-information",
        command=information.RequestInformation,
        title="Ask the referrer for information",
        button="Ask",
        done="The referrer was asked. The triage clock stands still until they answer.",
        about="referral",
        questions=(
            Question(
                field="missing",
                label="What does the referral lack?",
                kind="choices",
                choices=choices(codes.INFORMATION),
                missing="Select what the referral lacks",
                called="What it lacks",
            ),
            Question(
                field="question",
                label="What do you want to know?",
                kind="words",
                missing="Enter what you want to know",
                called="The question",
            ),
            Question(
                field="due_on",
                label="By which day",
                kind="day",
                hint="Five working days where you leave this empty.",
                called="The day",
            ),
        ),
    ),
    Ask(
        name="provide-information",
        command=information.ProvideInformation,
        title="Record the referrer's answer",
        button="Save",
        done="The answer was recorded. Triage goes on.",
        about="referral",
        questions=(
            Question(
                field="answer",
                label="What did they answer?",
                kind="words",
                missing="Enter the answer",
                called="The answer",
            ),
        ),
    ),
    Ask(
        name="withdraw-referral",
        command=waiting.WithdrawReferral,
        title="Withdraw this referral",
        button="Withdraw",
        done="The referral was withdrawn.",
        about="referral",
        warning="This is for the referrer, who takes the referral back. It cannot be taken up again: a new one is needed.",
        questions=(why(codes.WITHDRAWAL_REASONS, "Why is it withdrawn?", "Select why it is withdrawn"),),
    ),
)
_CLINICIAN: Final = (
    Ask(
        name="refer-back",
        command=refer_back.ReferBackToClinician,
        title="Refer back to a clinician",
        button="Refer back",
        done="It was referred back. The clinician has two working days to say that they took it up.",
        about="referral",
        warning="If somebody is in danger now, call 999 first. This record tells nobody by itself: call them too.",
        questions=(
            Question(field="refer_back_id", kind="new_id"),
            why(codes.REFER_BACK_REASONS, missing="Select why it is for a clinician"),
            Question(
                field="to_role",
                label="Who is asked to take it up?",
                kind="pick",
                choices=choices(codes.REFERRER_ROLES),
                missing="Select who is asked",
                called="Who is asked",
            ),
            Question(
                field="to_organisation",
                label="Where they work",
                hint="The organisation's ODS code, for example K83001.",
                called="Where they work",
            ),
            Question(field="note", label="What they should know", kind="words", called="What they should know"),
        ),
    ),
    Ask(
        name="acknowledge-refer-back",
        command=refer_back.AcknowledgeReferBack,
        title="The clinician took it up",
        button="Save",
        done="It was recorded that the clinician took it up.",
        about="referral",
        taken=("refer_back_id",),
        questions=(Question(field="clinician", label="Who took it up", hint="Their name.", called="Who took it up"),),
    ),
)
_WAITING: Final = (
    Ask(
        name="reprioritise",
        command=waiting.ReprioritiseWaiting,
        title="Change how soon it is their turn",
        button="Change priority",
        done="The priority was changed.",
        about="referral",
        questions=(
            Question(
                field="priority",
                label="How soon do they need a link worker?",
                kind="choice",
                choices=_PRIORITIES,
                missing="Select how soon",
                called="How soon",
            ),
            Question(
                field="reason",
                label="What has changed?",
                kind="choice",
                choices=choices(codes.REPRIORITISATION_REASONS),
                missing="Select what has changed",
                called="What has changed",
            ),
        ),
    ),
    Ask(
        name="offer-interim-support",
        command=waiting.OfferInterimSupport,
        title="Offer something while they wait",
        button="Save",
        done="The offer was recorded.",
        about="referral",
        questions=(
            Question(
                field="kind",
                label="What was offered?",
                kind="choice",
                choices=choices(codes.INTERIM_SUPPORT),
                missing="Select what was offered",
                called="What was offered",
            ),
        ),
    ),
)
_WORKER: Final = (
    Ask(
        name="reallocate",
        command=allocation.ReallocateReferral,
        title="Give this person another link worker",
        button="Hand over",
        done="The referral was handed over.",
        about="referral",
        questions=(
            Question(
                field="worker_id",
                label="Which link worker?",
                kind="pick",
                found="link_workers",
                missing="Select a link worker",
                called="The link worker",
            ),
            why(codes.ALLOCATION_REASONS),
            Question(field="handover", label="What they should know", kind="words", called="What they should know"),
        ),
    ),
    Ask(
        name="back-to-waiting-list",
        command=allocation.DeallocateLinkWorker,
        title="Put them back on the waiting list",
        button="Put back",
        done="The person is back on the waiting list.",
        about="referral",
        warning="They keep no link worker and wait behind those who waited before. Somebody should tell them.",
        questions=(why(codes.ALLOCATION_REASONS),),
    ),
)
_CONTACT: Final = (
    Ask(
        name="attempt-contact",
        command=reaching.AttemptContact,
        title="Record an attempt at contact",
        button="Save attempt",
        done="The attempt was recorded.",
        about="referral",
        questions=(
            Question(
                field="channel",
                label="How did you try?",
                kind="choice",
                choices=choices(codes.ATTEMPT_CHANNELS),
                missing="Select how you tried",
                called="How you tried",
            ),
            Question(
                field="result",
                label="What came of it?",
                kind="choice",
                choices=choices(codes.ATTEMPT_RESULTS),
                missing="Select what came of it",
                called="What came of it",
            ),
            Question(
                field="attempted_at",
                label="When?",
                kind="moment",
                missing="Enter when you tried",
                called="The time",
            ),
        ),
    ),
    Ask(
        name="person-accepts",
        command=reaching.AcceptSocialPrescribing,
        title="The person said yes",
        button="Record their yes",
        done="It was recorded that the person accepted social prescribing.",
        about="referral",
        warning="Record this only where the person said that they want social prescribing. Their practice may be told so.",
    ),
    Ask(
        name="decline-support",
        command=allocation.DeclineSocialPrescribing,
        title="The person declined",
        button="Record that they declined",
        done="It was recorded that the person declined.",
        about="referral",
        questions=(
            Question(
                field="reason",
                label="Why, if they said",
                kind="pick",
                choices=choices(codes.DECLINE_REASONS),
                called="Why",
            ),
        ),
    ),
)
_END: Final = (
    Ask(
        name="close-referral",
        command=allocation.CloseReferral,
        title="Close this referral",
        button="Close the referral",
        done="The referral was closed.",
        about="referral",
        questions=(
            why(codes.CLOSURE_REASONS, "Why does it end?", "Select why it ends"),
            Question(
                field="unmet_needs",
                label="What could no service meet?",
                kind="choices",
                choices=choices(codes.NEEDS),
                missing="Select what no service could meet",
                called="What no service could meet",
                when=("reason", "no_suitable_service"),
            ),
            Question(
                field="follow_up_due",
                label="When to ask how they fare",
                kind="day",
                hint="Usually three months from now. Leave it empty where nobody is to ask.",
                called="The day to ask",
            ),
        ),
    ),
    Ask(
        name="follow-up",
        command=follow_up.CompleteFollowUp,
        title="Record a follow-up",
        button="Save follow-up",
        done="The follow-up was recorded.",
        about="referral",
        questions=(
            Question(
                field="point",
                label="Which follow-up?",
                kind="choice",
                choices=choices(codes.FOLLOW_UP_POINTS),
                missing="Select which follow-up it was",
                called="Which follow-up",
            ),
            Question(
                field="outcomes",
                label="How do they fare?",
                kind="choices",
                choices=choices(codes.FOLLOW_UP_OUTCOMES),
                missing="Select how they fare, or that they could not be reached",
                called="How they fare",
            ),
            Question(
                field="next_due",
                label="When to ask again",
                kind="day",
                hint="Leave it empty where nobody is to ask again.",
                called="The day to ask again",
            ),
        ),
    ),
    Ask(
        name="reopen-referral",
        command=allocation.ReopenReferral,
        title="Open this referral again",
        button="Open again",
        done="The referral was opened again.",
        about="referral",
        warning="It goes to the link worker who knows the person, if they have room, and onto the waiting list if not.",
    ),
    Ask(
        name="retract-referral",
        command=allocation.RetractReferral,
        title="Retract this referral",
        button="Retract",
        done="The referral was retracted.",
        about="referral",
        warning="This is for a referral that should never have been recorded. Whoever was told of it is told that it was an error.",
        questions=(
            Question(
                field="reason",
                label="What went wrong?",
                kind="choice",
                choices=choices(codes.RETRACTION_REASONS),
                missing="Select what went wrong",
                called="What went wrong",
            ),
        ),
    ),
)

ASKS: Final[tuple[Ask, ...]] = (*_TRIAGE, *_CLINICIAN, *_WAITING, *_WORKER, *_CONTACT, *_END)
