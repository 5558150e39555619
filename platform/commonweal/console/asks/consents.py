"""Forms of what a person agrees to."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks.questions import day
from commonweal.console.forms import Choice
from commonweal.domain.people import consent

SCOPES: Final = (
    Choice(value="contact", text="To be contacted"),
    Choice(value="record", text="To a record being kept"),
    Choice(value="sms", text="To text messages"),
    Choice(value="email", text="To e-mails"),
    Choice(value="share_gp", text="To sharing with their practice"),
    Choice(value="share_referrer", text="To sharing with who referred them"),
    Choice(value="share_vcfse", text="To sharing with a community service"),
    Choice(value="share_mdt", text="To sharing with the multidisciplinary team"),
    Choice(value="outcome_payment_evidence", text="To evidence for outcome payments"),
    Choice(value="research_contact", text="To be asked about research"),
    Choice(value="story_use", text="To their story being told"),
)
_METHODS: Final = (
    Choice(value="verbal", text="They said so"),
    Choice(value="written", text="In writing"),
    Choice(value="digital", text="Online"),
)
_GIVERS: Final = (
    Choice(value="person", text="The person"),
    Choice(value="parent", text="A parent"),
    Choice(value="attorney", text="An attorney"),
    Choice(value="deputy", text="A deputy of the court"),
    Choice(value="best_interests", text="Decided in their best interests"),
)

ASKS: Final[tuple[Ask, ...]] = (
    Ask(
        name="give-consent",
        command=consent.GiveConsent,
        title="They agree",
        button="Record consent",
        done="The consent was recorded.",
        about="person",
        suggested=("scope",),
        questions=(
            Question(
                field="scope",
                label="To what?",
                kind="pick",
                choices=SCOPES,
                missing="Select to what they agree",
                called="What they agree to",
            ),
            Question(
                field="audience",
                label="For one organisation or service only?",
                hint="Its code, where sharing is for one alone",
                called="The organisation",
            ),
            Question(
                field="method",
                label="How did they say so?",
                kind="choice",
                choices=_METHODS,
                missing="Select how they said so",
                called="How they said so",
            ),
            Question(
                field="wording_version",
                label="Which wording were they read?",
                hint="Its version: ours is filled in. Change it where you read out other words.",
                missing="Enter the version of the wording",
                called="The wording",
            ),
            Question(field="given_by", label="Who gave it?", kind="choice", choices=_GIVERS, called="Who gave it"),
            day("given_on", "When?"),
            Question(field="expires_on", label="Until when?", kind="day", called="The last day"),
        ),
    ),
    Ask(
        name="refuse-consent",
        command=consent.RefuseConsent,
        title="They do not agree",
        button="Record refusal",
        done="It was recorded that they do not agree.",
        about="person",
        questions=(
            Question(
                field="scope",
                label="To what?",
                kind="pick",
                choices=SCOPES,
                missing="Select to what they do not agree",
                called="What they do not agree to",
            ),
            day("refused_on", "When?"),
        ),
    ),
    Ask(
        name="withdraw-consent",
        command=consent.WithdrawConsent,
        title="They take their consent back",
        button="Record withdrawal",
        done="The consent was taken back. It holds from now on, wherever it is read.",
        about="person",
        taken=("scope", "audience"),
        questions=(day("withdrawn_on", "When?"),),
    ),
)
