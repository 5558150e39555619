"""The forms by which an ICS is set up: programmes and whom they are for, the allocation rule, frameworks, who may do what."""

from typing import Final

from commonweal.console import wording
from commonweal.console.ask import Ask, Question
from commonweal.console.forms import Choice, choices
from commonweal.console.wording import sentence_case
from commonweal.domain import codes, user
from commonweal.domain.plans import framework
from commonweal.domain.referrals import programme
from commonweal.domain.workforce import allocation_rule

_CODE: Final = Question(
    field="id",
    label="Its code",
    hint="Small letters, digits and _, for example young_people. It stands in addresses and reports, and never changes.",
    missing="Enter a code",
    called="The code",
)
_NAME: Final = Question(field="name", label="Its name", missing="Enter its name", called="The name")
_AREAS: Final = ", ".join(framework.SHARED)

_PROGRAMMES: Final = (
    Ask(
        name="open-programme",
        command=programme.OpenProgramme,
        title="Open a programme",
        button="Open it",
        done="The programme was opened. Say next whom it is for.",
        about="programme",
        code=_CODE,
        questions=(
            _NAME,
            Question(
                field="restricted",
                label="Is it restricted?",
                kind="yes_no",
                hint="Nobody sees its referrals, or counts them, who was not let into it by name. This cannot be changed.",
                missing="Select whether it is restricted",
            ),
        ),
    ),
    Ask(
        name="publish-criteria",
        command=programme.PublishCriteria,
        title="Say whom the programme is for",
        button="Publish",
        done="The criteria were published. They count for everyone who is triaged from now on.",
        about="programme",
        warning="This is all of it, said again: what is left empty does not matter any more.",
        questions=(
            Question(
                field="minimum_age", label="From which age?", kind="number", least=0, most=130, called="The lowest age"
            ),
            Question(
                field="maximum_age",
                label="Up to which age?",
                kind="number",
                least=0,
                most=130,
                called="The highest age",
            ),
            Question(
                field="practices",
                label="Of which practices?",
                kind="choices",
                found="every_practice",
                called="The practices",
            ),
            Question(
                field="lsoas",
                label="Or from which neighbourhoods?",
                kind="lines",
                hint="LSOA codes of 2021, one a line, for example E01027025.",
                called="The neighbourhoods",
            ),
            Question(
                field="needs",
                label="With any of which needs?",
                kind="choices",
                choices=choices(codes.NEEDS),
                called="The needs",
            ),
            Question(
                field="excluded_needs",
                label="With none of which needs?",
                kind="choices",
                choices=choices(codes.NEEDS),
                called="The needs it cannot meet",
            ),
        ),
    ),
    Ask(
        name="close-programme",
        command=programme.CloseProgramme,
        title="Close a programme",
        button="Close it",
        done="The programme was closed. It takes no more referrals; those it has go on.",
        about="programme",
        warning="It takes no more referrals from now on, and cannot be opened again. Those it has go on.",
    ),
)
_RULE: Final = Ask(
    name="change-rule",
    command=allocation_rule.ChangeAllocationRule,
    title="Change the rule that ranks link workers",
    button="Save",
    done="The rule was changed. It ranks everyone who is proposed from now on.",
    about="allocation_rule",
    anew=True,
    warning="Each is the most points that a link worker can be given for it, 0 to 100; what has 0 does not count.",
    questions=tuple(
        Question(
            field=factor,
            label=f"Points for somebody who {words}",
            kind="number",
            least=0,
            most=100,
            missing="Enter the points, 0 to 100",
            called="The points",
        )
        for factor, words in allocation_rule.FACTORS.items()
    ),
)
_DOMAINS: Final = Question(
    field="domains",
    label="The areas of life",
    kind="lines",
    hint="One a line: a code, what people read, and the area of ours it is counted under, for example garden|My garden|days. "
    f"Areas of ours: {_AREAS}.",
    missing="Enter the areas of life",
    called="The areas of life",
)
_NEW_FRAMEWORK: Final = Ask(
    name="new-framework",
    command=framework.PublishFramework,
    title="Publish a framework",
    button="Publish",
    done="The framework was published. New plans can be started with it.",
    about="framework",
    code=_CODE,
    questions=(_NAME, _DOMAINS),
)

_ROLE: Final = Question(
    field="role",
    label="What are they to you?",
    kind="pick",
    choices=tuple(Choice(value=role, text=sentence_case(wording.role(role))) for role in sorted(user.ROLES)),
    missing="Select what they are",
    called="The role",
)
_PARTS: Final = {
    "tenant": "The whole ICS",
    "pcn": "A PCN",
    "practice": "A practice",
    "trust": "A trust",
    "organisation": "Another organisation",
    "link_worker": "A link worker’s own cases",
    "programme": "A programme, to let them in where it is restricted",
}


def _which(part: str, label: str, missing: str, kind: str = "pick", found: str = "", hint: str = "") -> Question:
    when = ("scope", part)
    return Question(
        field=part, label=label, kind=kind, found=found, hint=hint, missing=missing, when=when, after="scope"
    )


_SCOPE: Final = (
    Question(
        field="scope",
        label="Over which part?",
        kind="choice",
        choices=choices(_PARTS),
        missing="Select over which part",
        called="The part",
    ),
    _which("pcn", "Which PCN?", "Select which PCN", found="every_pcn"),
    _which("practice", "Which practice?", "Select which practice", found="every_practice"),
    _which("trust", "Which trust?", "Select which trust", found="every_trust"),
    _which(
        "organisation",
        "Which organisation?",
        "Enter which organisation",
        kind="text",
        hint="Its ODS code, for example K83001, or its register number, for example GB-CHC-1054276",
    ),
    _which("link_worker", "Which link worker?", "Select which link worker", found="every_link_worker"),
    _which("programme", "Which programme?", "Select which programme", found="every_programme"),
)
"""What a grant is over: its kind, then which one of those that are known."""
_USERS: Final = (
    Ask(
        name="let-in",
        command=user.GrantUser,
        title="Let somebody in",
        button="Let them in",
        done="They may come in now. They are called by their name once they have signed in.",
        about="user",
        code=Question(
            field="id",
            label="How they sign in",
            hint="What your sign-in calls them: ask whoever looks after it. We keep a fingerprint of it, not the text.",
            missing="Enter how they sign in",
            called="How they sign in",
        ),
        clash="They were let in before: find them in the list, and add to what they may do",
        questions=(_ROLE, *_SCOPE),
    ),
    Ask(
        name="grant-user",
        command=user.GrantUser,
        title="Add to what a colleague may do",
        button="Add it",
        done="It was added to what they may do.",
        about="user",
        questions=(_ROLE, *_SCOPE),
    ),
    Ask(
        name="revoke-user",
        command=user.RevokeUser,
        title="Take this from a colleague",
        button="Take it away",
        done="It was taken away. It is felt at once.",
        about="user",
        taken=("role", "scope"),
        warning="From now on they may not do this any more. What they did stays on record.",
    ),
)

ASKS: Final[tuple[Ask, ...]] = (*_PROGRAMMES, _RULE, _NEW_FRAMEWORK, *_USERS)
"""New versions of a framework are published by a form of the plan's."""
