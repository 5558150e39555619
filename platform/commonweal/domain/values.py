"""Numbers you can trust: checks for what is typed in or sent to us, from an NHS number to a postcode.

Each check gives the value in the one form it is stored in, or refuses with a sentence that names the field. A sentence never
repeats the value: what is typed into the wrong box may be personal.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Final, TypeVar

from commonweal.domain.codes import Codes
from commonweal.domain.message import Refused

Time = TypeVar("Time", date, datetime)

_NHS_NUMBER: Final = re.compile(r"[0-9]{10}|[0-9]{3} [0-9]{3} [0-9]{4}|[0-9]{3}-[0-9]{3}-[0-9]{4}")
_ODS: Final = re.compile(r"[A-Z0-9]{3}|[A-Z0-9]{5}|[A-Z][0-9]{5}")
_PCN: Final = re.compile(r"U[0-9]{5}")
_PRACTICE: Final = re.compile(r"[A-Z][0-9]{5}|U[0-9]{5}/[a-z0-9]+(-[a-z0-9]+)*")
_GIVING_PREFIX: Final = re.compile(r"360G-[A-Za-z0-9_]{1,60}")
_ORG_ID: Final = re.compile(r"GB-(CHC|COH|SC|NIC)-[A-Z0-9]{5,10}")
_SNOMED_CT: Final = re.compile(r"[1-9][0-9]{5,17}")
_GSS: Final = re.compile(r"[EKNSW][0-9]{8}")
_LSOA_2021: Final = re.compile(r"[EW]01[0-9]{6}")
_POSTCODE: Final = re.compile(r"(GIR|[A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9][A-Z]{2})")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}")

UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters, and half characters that are no Unicode: a database keeps neither, nor can a person read them."""
LONGEST: Final = 10_000
"""Characters of one text: more is read by nobody."""

_VERHOEFF_TURN: Final = (
    "0123456789",
    "1234067895",
    "2340178956",
    "3401289567",
    "4012395678",
    "5987604321",
    "6598710432",
    "7659821043",
    "8765932104",
    "9876543210",
)
_VERHOEFF_SHUFFLE: Final = (
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
)


def nhs_number(text: str, what: str = "the NHS number") -> str:
    """An NHS number as ten digits, from `9434765919`, `943 476 5919` or `943-476-5919`.

    Check digit: weights 10 to 2 over the first nine digits, 11 less the remainder of the sum by 11; 11 counts as 0, 10 is never
    issued. Source: NHS number, NHS Data Dictionary.
    """
    if not _NHS_NUMBER.fullmatch(text):
        raise Refused(f"{what} must be ten digits")
    digits = text.replace(" ", "").replace("-", "")
    check = 11 - sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), digits, strict=False)) % 11
    if check % 11 != int(digits[9]):
        raise Refused(f"{what} is mistyped: its check digit does not fit")
    return digits


def is_synthetic(number: str) -> bool:
    """Is this ten-digit NHS number in the range 9000000000–9999999999, which is never issued to anyone?"""
    return number.startswith("9")


def ods_code(text: str, what: str = "the ODS code") -> str:
    """An organisation's ODS code: 3 characters (trust `RP1`, ICB `QPM`), 5 for a site (`RP1A1`), a letter and 5 digits for a
    practice or a PCN (`K83001`, `U96568`). Source: Organisation Data Service, organisation codes, NHS Data Dictionary.
    """
    return _shaped(_ODS, text, f"{what} must be an ODS code such as RP1, RP1A1 or U96568")


def pcn_code(text: str, what: str = "the PCN") -> str:
    """A primary care network's ODS code: `U` and five digits. Source: Organisation Data Service."""
    return _shaped(_PCN, text, f"{what} must be an ODS code such as U96568")


def practice_key(text: str, what: str = "the practice") -> str:
    """A GP practice: its ODS code (a letter and five digits) or, while that is not known to us, its PCN's code and its name as
    in a web address: `U35821/mawsley`. Source of the code: Organisation Data Service.
    """
    return _shaped(
        _PRACTICE, text, f"{what} must be a practice code such as K83001, or a PCN and a name such as U35821/mawsley"
    )


def organisation(text: str, what: str = "the organisation") -> str:
    """An organisation by ODS code, a practice as in `practice_key` or, outside the NHS, by its register: `GB-CHC-…` charity,
    `GB-COH-…` company, `GB-SC-…` Scottish and `GB-NIC-…` Northern Irish charity. Source of the latter: org-id.guide.
    """
    if _ORG_ID.fullmatch(text) or _PRACTICE.fullmatch(text):
        return text
    return _shaped(_ODS, text, f"{what} must be an ODS code such as RP1, or a register number such as GB-CHC-1054276")


def giving_prefix(text: str, what: str = "giving_prefix") -> str:
    """A publisher's prefix, as 360Giving registers it. Source: 360Giving Data Standard, Identifiers."""
    return _shaped(_GIVING_PREFIX, text, f"{what} must be a prefix registered with 360Giving, such as 360G-Example")


def snomed_ct(text: str, what: str = "the SNOMED CT code") -> str:
    """The id of a SNOMED CT concept: 6–18 digits, a partition identifier of 00 (international) or 10 (with a namespace, then at
    least 11 digits), a Verhoeff check digit. Source: SNOMED CT Release File Specification, SCTID.
    """
    _shaped(_SNOMED_CT, text, f"{what} must be 6 to 18 digits")
    if text[-3:-1] not in ("00", "10") or (text[-3] == "1" and len(text) < 11):
        raise Refused(f"{what} is not the id of a concept")
    if _verhoeff(text):
        raise Refused(f"{what} is mistyped: its check digit does not fit")
    return text


def _verhoeff(digits: str) -> int:
    """0 where the last digit fits. Source: Verhoeff 1969, tables as in the SNOMED CT specification."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = int(_VERHOEFF_TURN[check][int(_VERHOEFF_SHUFFLE[place % 8][int(digit)])])
    return check


def gss_code(text: str, what: str = "the GSS code") -> str:
    """An area's nine-character code: `E54000059`. Source: Office for National Statistics, Register of Geographic Codes."""
    return _shaped(_GSS, text, f"{what} must be an area code such as E54000059")


def lsoa_2021(text: str, what: str = "the LSOA") -> str:
    """A lower layer super output area of the 2021 census: `E01027025`. Source: Office for National Statistics."""
    return _shaped(_LSOA_2021, text, f"{what} must be a 2021 LSOA code such as E01027025")


def postcode(text: str, what: str = "the postcode") -> str:
    """A postcode in capitals with one space; its shape only. Source: BS 7666, postcode format, NHS Data Dictionary."""
    found = _POSTCODE.fullmatch(" ".join(text.upper().split()))
    if not found:
        raise Refused(f"{what} must be a postcode such as NN15 5LB")
    return f"{found[1]} {found[2]}"


def email_address(text: str, what: str) -> str:
    """Refuses what is no e-mail address; nothing is none. Whether it reaches anybody only a message can tell."""
    name, at, place = text.partition("@")
    if text and not (name and at and all(place.split(".")) and "." in place and " " not in text and "@" not in place):
        raise Refused(f"{what} must be an e-mail address such as hello@example.org")
    return text


def language(text: str, what: str = "the language") -> str:
    """A language: `en`, `so`, `pt-BR`. Source: ISO 639 codes as BCP 47 writes them."""
    return _shaped(_LANGUAGE, text, f"{what} must be a language code such as en or so")


def identifier(text: str, what: str) -> str:
    """An id or a reference: up to 100 letters, digits and . _ : / - ; no spaces, so that no name fits in."""
    return _shaped(_IDENTIFIER, text, f"{what} must be letters, digits and . _ : / - only")


def document_hash(text: str, what: str) -> str:
    """A document by its SHA-256: 64 hexadecimal digits, small letters. Source: FIPS 180-4."""
    return _shaped(_SHA256, text, f"{what} must be the SHA-256 of a document, as 64 digits 0–9 and a–f")


def one_of(codes: Codes | frozenset[str], code: str, what: str) -> str:
    """A code on its list."""
    if code not in codes:
        raise Refused(f"{what} must be one of {', '.join(sorted(codes))}")
    return code


def all_of(codes: Codes | frozenset[str], given: Iterable[str], what: str) -> tuple[str, ...]:
    """Codes on their list, each once, in the order given."""
    return tuple(dict.fromkeys(one_of(codes, code, what) for code in given))


def moment(when: datetime, what: str) -> datetime:
    """A time with its zone."""
    if when.utcoffset() is None:
        raise Refused(f"{what} must say its time zone")
    return when


def happened(when: Time, now: Time | None, what: str) -> Time:
    """A day or a time that has come; `now` is nothing where the past is brought in."""
    if now is not None and when > now:
        raise Refused(f"{what} lies in the future: record it once it has happened")
    return when


def to_come(day: date, today: date | None, what: str) -> date:
    """A day after today; `today` is nothing where the past is brought in."""
    if today is not None and day <= today:
        raise Refused(f"{what} must lie in the future")
    return day


def not_past(day: date, today: date | None, what: str) -> date:
    """Today or a day after it; `today` is nothing where the past is brought in."""
    if today is not None and day < today:
        raise Refused(f"{what} lies in the past: choose today or a day to come")
    return day


def within(number: int, least: int, most: int, what: str) -> int:
    """A number from `least` to `most`, both of them allowed."""
    if not least <= number <= most:
        raise Refused(f"{what} must be {least:,} to {most:,}")
    return number


def keepable(text: str, what: str) -> str:
    """A text as it is, if it can be kept: not longer than anyone reads, and nothing in it that no database keeps."""
    if len(text) > LONGEST:
        raise Refused(f"{what} is longer than {LONGEST} characters")
    if UNWRITABLE.search(text):
        raise Refused(f"{what} holds a character that cannot be kept")
    return text


def said(text: str, what: str, longest: int = LONGEST) -> str:
    """Words someone wrote, trimmed; not nothing."""
    words = text.strip()
    if not words:
        raise Refused(f"{what} is missing")
    return at_most(words, what, longest)


def said_if_any(text: str | None, what: str, longest: int = LONGEST) -> str | None:
    """The same; None for nothing."""
    return None if text is None or not text.strip() else said(text, what, longest)


def at_most(text: str, what: str, longest: int) -> str:
    """A text of so many characters, or fewer."""
    if len(text) > longest:
        raise Refused(f"{what} is longer than {longest} characters")
    return text


def slug(name: str) -> str:
    """A name as in a web address: `Earl's Barton` → `earls-barton`."""
    return "-".join(re.findall(r"[a-z0-9]+", name.lower().replace("'", "").replace("’", "")))


def _shaped(shape: re.Pattern[str], text: str, sentence: str) -> str:
    if not shape.fullmatch(text):
        raise Refused(sentence)
    return text
