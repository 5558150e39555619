"""What somebody is asked when they refer someone: who it is, whether they agree, why, and where to."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.forms import Choice, choices
from commonweal.console.wording import LANGUAGES
from commonweal.domain import codes
from commonweal.domain.referrals.receive import ReceiveReferral

REFERRED_BY: Final = (
    Choice(value="self", text="The person themselves"),
    Choice(value="carer", text="A carer or relative"),
    Choice(value="organisation", text="Another organisation"),
)
"""For whom one of us writes a referral down."""
_METHODS: Final = (
    Choice(value="verbal", text="They told me"),
    Choice(value="written", text="In writing"),
    Choice(value="digital", text="Online"),
)

_PERSON: Final = (
    Question(
        field="nhs_number",
        label="NHS number",
        hint="Ten digits, for example 999 431 3471. Leave it empty where you do not have it.",
    ),
    Question(field="name", label="Their name", missing="Enter their name", called="Their name"),
    Question(field="date_of_birth", label="Date of birth", kind="day", called="The date of birth"),
    Question(field="phone", label="Telephone"),
    Question(field="email", label="E-mail", called="The e-mail address"),
    Question(field="address", label="Address", kind="words"),
    Question(field="postcode", label="Postcode", called="The postcode"),
    Question(
        field="language",
        label="Language they speak best",
        kind="pick",
        choices=tuple(Choice(value=code, text=name) for code, name in LANGUAGES.items()),
    ),
    Question(field="interpreter", label="Do they need an interpreter?", kind="yes_no"),
    Question(field="gp_practice", label="Their GP practice", kind="pick"),
)
_CONSENT: Final = (
    Question(
        field="agreed",
        label="Do they agree to be contacted by a link worker?",
        kind="yes_no",
        missing="Say whether they agree to be contacted",
    ),
    Question(
        field="agreed_how",
        label="How did they say so?",
        kind="choice",
        choices=_METHODS,
        missing="Select how they said so",
        when=("agreed", "yes"),
    ),
    Question(
        field="share_referrer",
        label="Do they agree that you are told how it goes?",
        kind="yes_no",
        when=("agreed", "yes"),
    ),
    Question(
        field="share_gp", label="Do they agree that their GP practice is told?", kind="yes_no", when=("agreed", "yes")
    ),
)
_WHY: Final = (
    Question(
        field="reasons",
        label="What would they like help with?",
        kind="choices",
        choices=choices(codes.NEEDS),
        missing="Select at least one thing they would like help with",
    ),
    Question(
        field="narrative",
        label="In their words or yours",
        kind="words",
        hint="What matters to them, and what a link worker should know before the first call.",
    ),
    Question(
        field="risks_known",
        label="Is there something to know before one meets them?",
        kind="choices",
        choices=choices(codes.RISKS),
    ),
    Question(
        field="priority",
        label="How soon?",
        kind="choice",
        choices=choices({code: text for code, text in codes.PRIORITIES.items() if code in ("1", "2")}),
        missing="Select how soon",
    ),
)
_WHERE: Final = (
    Question(field="programme", label="Which service", kind="pick"),
    Question(
        field="source_reference",
        label="Your own reference",
        hint="So that you find it again: letters, digits and . _ : / - . Leave it empty and we make one.",
        called="Your own reference",
    ),
)
_HIDDEN: Final = (Question(field="warned", kind="hidden"),)
"""The NHS number of which it was said that we know whose it is."""

_REFERRER: Final = (
    Question(
        field="referrer_role",
        label="What are you?",
        kind="pick",
        choices=choices(codes.REFERRER_ROLES),
        missing="Select what you are",
    ),
    Question(field="referrer_name", label="Your name"),
)
_OWN: Final = (Question(field="source_org", label="Who refers", kind="pick", missing="Select who refers"), *_REFERRER)
_ON_BEHALF: Final = (
    Question(
        field="referred_by",
        label="Who refers them?",
        kind="choice",
        choices=REFERRED_BY,
        missing="Select who refers them",
    ),
    Question(
        field="source_org",
        label="Which organisation",
        hint="Its ODS code, for example K83001, or its register number, for example GB-CHC-1054276",
        missing="Enter the organisation",
        called="The organisation",
        when=("referred_by", "organisation"),
    ),
    Question(
        field="source",
        label="What kind of place",
        kind="pick",
        choices=choices(codes.SOURCES_OF_REFERRAL),
        missing="Select what kind of place",
        when=("referred_by", "organisation"),
    ),
    Question(
        field="setting",
        label="Where was the person",
        kind="pick",
        choices=choices(codes.SETTINGS),
        missing="Select where the person was",
        when=("referred_by", "organisation"),
    ),
    Question(
        field="referrer_role",
        label="What is the referrer",
        kind="pick",
        choices=choices(codes.REFERRER_ROLES),
        missing="Select what the referrer is",
        when=("referred_by", "organisation"),
    ),
    Question(field="referrer_name", label="The referrer's name", when=("referred_by", "organisation")),
)


def _ask(who: tuple[Question, ...]) -> Ask:
    return Ask(
        name="refer",
        command=ReceiveReferral,
        title="Refer someone",
        button="Send the referral",
        done="The referral was sent.",
        about="referral",
        questions=(*_PERSON, *_CONSENT, *_WHY, *_WHERE, *who, *_HIDDEN),
    )


REFER: Final = _ask(_OWN)
"""For those who refer for their own organisation."""
REFER_FOR_OTHERS: Final = _ask(_ON_BEHALF)
"""For those of us who write down what others tell them."""
