"""What a link worker is asked on a form: the questions, what was typed before, and what was wrong with it.

Every form POSTs to `action` with the hidden fields `csrf_token` (the frame's), `idempotency_key` and `expected_version`
beside those named below. A form that is refused is shown again with the same key, what was typed, and its mistakes.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date

from commonweal.console.page import Way
from commonweal.console.wording import carried, sentence_case
from commonweal.domain import codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer to a question: what is sent and what is read."""

    value: str
    text: str


def choices(list_: codes.Codes, among: Container[str] | None = None) -> tuple[Choice, ...]:
    """A code list as answers, in its own order, or those of them that are `among` some. `unknown` is left out: it is what not
    answering means."""
    said = (code for code in list_ if code != "unknown" and (among is None or code in among))
    return tuple(Choice(value=code, text=sentence_case(list_[code])) for code in said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """`field` is the name of the input it stands beside; empty where it is about the whole form."""

    field: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How to reach the person, and what is safe. `safe_to_leave_message` and `interpreter`: None where nobody has asked;
    `language` and `channel` are words. `lent`: (label, value) of what another record of the same person says."""

    phone: str | None = None
    email: str | None = None
    address: str | None = None
    language: str | None = None
    interpreter: bool | None = None
    channel: str | None = None
    safe_times: str | None = None
    safe_to_leave_message: bool | None = None
    lent: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whose referral it is, so that nobody decides about the wrong person. `nhs_number` is ten digits; `needs` and
    `priority` are words; a routine priority is None. `setting`: where the person was; `stage`: the column it stands in;
    `words`: what the referrer wrote; `referred_on` is None where it is about the person and no one referral."""

    name: str
    nhs_number: str | None
    born_on: date | None
    practice: str
    referred_on: date | None = None
    referrer: str = ""
    needs: tuple[str, ...] = ()
    priority: str | None = None
    setting: str = ""
    stage: str = ""
    words: str | None = None
    reach: Reach | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What all forms share. `typed` is every field as it was sent, so that nothing has to be typed again."""

    subject: Subject
    action: str
    back: Way
    idempotency_key: str
    expected_version: int | None
    typed: Mapping[str, str]
    mistakes: tuple[Mistake, ...] = ()
    reach_first: bool = False
    about: str = ""
    """What the record is called, where it is not about one person."""

    def value(self, field: str) -> str:
        """What was typed into a field; nothing where nothing was."""
        return self.typed.get(field, "")

    def mistake(self, field: str) -> str | None:
        """The sentence to show beside a field."""
        return next((m.sentence for m in self.mistakes if m.field == field), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageForm(Form):
    """Fields: `decision` = accept | reject | redirect | decline, then `override_reason` (may be empty), or `reject_reason` and
    `feedback` (to the referrer), `redirect_to` (an ODS code) and `redirect_reason`, or `decline_reason` (empty where not said)."""

    organisations: tuple[Choice, ...]
    reject_reasons: tuple[Choice, ...] = choices(codes.REJECTION_REASONS)
    redirect_reasons: tuple[Choice, ...] = choices(codes.REDIRECTION_REASONS)
    decline_reasons: tuple[Choice, ...] = choices(codes.DECLINE_REASONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkWorkerLoad:
    """A link worker one may choose, with the weight carried now and the most they may carry."""

    id: str
    name: str
    held: int
    limit: int
    away: bool = False

    @property
    def load(self) -> str:
        """`weight 12 of 40`."""
        return carried(self.held, self.limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationForm(Form):
    """Fields: `link_worker` (an id), `reason` (a code). Who is away or full is shown but cannot be chosen."""

    link_workers: tuple[LinkWorkerLoad, ...]
    reasons: tuple[Choice, ...] = choices(codes.ALLOCATION_REASONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstContactForm(Form):
    """Fields: `medium` (a code), `day`, `month`, `year`, `time` (HH:MM, London), `note` (may be empty)."""

    reach_first: bool = True
    mediums: tuple[Choice, ...] = choices(codes.CONSULTATION_MEDIUMS)
