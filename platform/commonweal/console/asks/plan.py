"""The forms around a plan: begun, agreed, reviewed, shared, ended, with what advice brought."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks import plan_lines
from commonweal.console.asks.questions import day, why
from commonweal.console.forms import Choice, choices
from commonweal.domain import codes
from commonweal.domain.plans import (
    framework,
    plan,
    plan_agreement,
    plan_gains,
    plan_proposals,
    plan_review,
    plan_share,
    plan_sharing,
    plan_start,
)

_AGREED_BY: Final = Question(
    field="agreed_by",
    label="Who agreed to it?",
    kind="choice",
    choices=(Choice(value="person", text="The person"), Choice(value="representative", text="Their representative")),
    missing="Select who agreed to it",
)
_LIFE: Final = (
    Ask(
        name="start-plan",
        command=plan_start.StartPlan,
        title="Start a plan",
        button="Start it",
        done="The plan was started.",
        about="referral",
        parent="referral_id",
        questions=(
            Question(
                field="framework",
                label="Areas of life",
                kind="choice",
                found="plan_frameworks",
                missing="Select the areas of life you ask about",
            ),
            Question(
                field="supersedes",
                label="The plan that ends with this one",
                kind="pick",
                hint="Where the person has an open plan in the same programme",
                found="open_plans",
            ),
        ),
    ),
    Ask(
        name="agree-plan",
        command=plan_agreement.RecordPlanAgreement,
        title="The person agrees to the plan",
        button="Record that they agree",
        done="The plan was agreed. Support has begun.",
        about="plan",
        questions=(
            _AGREED_BY,
            day("agreed_on", "On which day?"),
            Question(
                field="copy_offered",
                label="Which copy of the plan did you offer them?",
                kind="choice",
                choices=choices(codes.PLAN_COPIES),
                missing="Select the copy you offered",
            ),
        ),
    ),
    Ask(
        name="schedule-plan-review",
        command=plan_review.SchedulePlanReview,
        title="When do you look at the plan again?",
        button="Set the day",
        done="The day of the review was set.",
        about="plan",
        questions=(
            Question(
                field="due_on",
                label="On which day at the latest?",
                kind="day",
                missing="Enter the day of the review",
                called="The day of the review",
            ),
        ),
    ),
    Ask(
        name="start-plan-review",
        command=plan_review.StartPlanReview,
        title="Review the plan",
        button="Begin the review",
        done="The review was begun. Change what has changed, then finish it.",
        about="plan",
        questions=(
            Question(
                field="trigger",
                label="What makes you look at it now?",
                kind="choice",
                choices=choices(codes.REVIEW_TRIGGERS),
                missing="Select what makes you look at it now",
            ),
        ),
    ),
    Ask(
        name="finish-plan-review",
        command=plan_review.FinishPlanReview,
        title="Finish the review",
        button="Finish it",
        done="The review was finished.",
        about="plan",
        questions=(
            why(codes.REVISION_REASONS, "What did it come to?"),
            _AGREED_BY,
            Question(
                field="next_review_on",
                label="When do you look at the plan again?",
                kind="day",
                missing="Enter the day of the next review",
                called="The day of the next review",
            ),
        ),
    ),
    Ask(
        name="complete-plan",
        command=plan.CompletePlan,
        title="The plan is complete",
        button="Complete it",
        done="The plan was completed.",
        about="plan",
        warning="Each goal needs a rating since the beginning, or an end with a reason.",
    ),
    Ask(
        name="end-plan",
        command=plan.EndPlanEarly,
        title="End the plan early",
        button="End it",
        done="The plan was ended early.",
        about="plan",
        questions=(why(codes.CLOSURE_REASONS),),
    ),
)
_SHARING: Final = (
    Ask(
        name="share-plan",
        command=plan_share.SharePlan,
        title="Share the plan",
        button="Share it",
        done="The plan is shared, for as long as the person agrees.",
        about="plan",
        warning="The person must have agreed to share with them. They see the plan as it stands, until the person takes that back.",
        questions=(
            Question(
                field="kind",
                label="With whom?",
                kind="choice",
                choices=tuple(each for each in choices(codes.PLAN_AUDIENCES) if each.value != "provider"),
                missing="Select with whom",
            ),
            Question(
                field="part",
                label="How much?",
                kind="choice",
                choices=choices(codes.PLAN_PARTS),
                missing="Select how much",
            ),
        ),
    ),
    Ask(
        name="stop-sharing-plan",
        command=plan_sharing.StopSharingPlan,
        title="Stop sharing the plan",
        button="Stop sharing",
        done="The plan is not shared with them any more.",
        about="plan",
        taken=("kind", "audience"),
        questions=(why(codes.SHARING_STOPS),),
    ),
    Ask(
        name="propose-plan-change",
        command=plan_proposals.ProposePlanChange,
        title="A suggestion for the plan",
        button="Write it down",
        done="The suggestion was written down.",
        about="plan",
        questions=(
            Question(field="proposal_id", kind="new_id"),
            Question(
                field="proposer",
                label="Who suggests it?",
                kind="choice",
                choices=choices(codes.PLAN_PROPOSERS),
                missing="Select who suggests it",
            ),
            Question(
                field="text",
                label="What do they suggest?",
                kind="words",
                missing="Write what they suggest",
                called="The suggestion",
            ),
        ),
    ),
    Ask(
        name="approve-plan-change",
        command=plan_proposals.ApprovePlanChange,
        title="Take up the suggestion",
        button="Take it up",
        done="The suggestion was taken up. Now change the plan itself.",
        about="plan",
        taken=("proposal_id",),
        questions=(why(codes.PROPOSAL_DECISIONS),),
    ),
    Ask(
        name="reject-plan-change",
        command=plan_proposals.RejectPlanChange,
        title="Do not take up the suggestion",
        button="Record it",
        done="It was recorded that the suggestion is not taken up.",
        about="plan",
        taken=("proposal_id",),
        questions=(why(codes.PROPOSAL_DECISIONS),),
    ),
)
_AMOUNT: Final = Question(
    field="amount_pence", label="How much is it?", kind="pounds", missing="Enter the amount", called="The amount"
)
_GAINS: Final = (
    Ask(
        name="record-gain",
        command=plan_gains.RecordAdviceGain,
        title="What advice brought",
        button="Record it",
        done="What advice brought was recorded.",
        about="plan",
        questions=(
            Question(field="gain_id", kind="new_id"),
            Question(
                field="kind",
                label="What is it?",
                kind="choice",
                choices=choices(codes.ADVICE_GAINS),
                missing="Select what it is",
            ),
            _AMOUNT,
            Question(field="annualised", label="Is that for a whole year?", kind="yes_no", missing="Select yes or no"),
            Question(
                field="status",
                label="How certain is it?",
                kind="choice",
                choices=choices(codes.GAIN_STATUSES),
                missing="Select how certain it is",
            ),
        ),
    ),
    Ask(
        name="confirm-gain",
        command=plan_gains.ConfirmAdviceGain,
        title="What it really came to",
        button="Confirm it",
        done="The gain was confirmed.",
        about="plan",
        taken=("gain_id",),
        questions=(
            _AMOUNT,
            day("confirmed_on", "On which day?"),
        ),
    ),
)
_FRAMEWORK: Final = (
    Ask(
        name="publish-framework",
        command=framework.PublishFramework,
        title="A new version of the areas of life",
        button="Publish it",
        done="The new version is used for plans started from now on.",
        about="framework",
        warning="Plans that were started keep the version they were started with.",
        questions=(
            Question(field="name", label="What is it called?", missing="Enter its name", called="The name"),
            Question(
                field="domains",
                label="Areas of life, one on each line",
                kind="lines",
                hint="code|name|area counted under, for example garden|My garden|days",
                missing="Enter the areas of life",
                called="The areas of life",
            ),
        ),
    ),
    Ask(
        name="retire-framework",
        command=framework.RetireFramework,
        title="Use these areas of life no more",
        button="Retire them",
        done="No new plan is started with them.",
        about="framework",
    ),
)

ASKS: Final[tuple[Ask, ...]] = (*_LIFE, *plan_lines.ASKS, *_SHARING, *_GAINS, *_FRAMEWORK)
