"""How the console writes a date, a time or an NHS number, so that it is the same on every page."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

LONDON: Final = ZoneInfo("Europe/London")
"""Times are shown as the clock on the practice's wall shows them."""


def long_date(day: date) -> str:
    """`21 November 2026`."""
    return f"{day.day} {day:%B %Y}"


def days_ago(day: date, today: date) -> str:
    """`Today`, `Yesterday`, `3 days ago`; `Tomorrow`, `In 3 days` for what is still to come."""
    days = (today - day).days
    near = {0: "Today", 1: "Yesterday", -1: "Tomorrow"}
    if days in near:
        return near[days]
    return f"{days} days ago" if days > 0 else f"In {-days} days"


def count_of_days(days: int) -> str:
    """`less than a day`, `1 day`, `12 days`."""
    if days < 1:
        return "less than a day"
    return "1 day" if days == 1 else f"{days:,} days"


def clock(moment: datetime) -> str:
    """`14:02:11` in London. Raises ValueError for a time without a zone."""
    return f"{in_london(moment):%H:%M:%S}"


def in_london(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be shown")
    return moment.astimezone(LONDON)


def nhs_number(number: str) -> str:
    """`9994313471` → `999 431 3471`, as the NHS writes it (NHS digital service manual, "NHS numbers")."""
    return f"{number[:3]} {number[3:6]} {number[6:]}"


def whole(number: int) -> str:
    """`1234` → `1,234`."""
    return f"{number:,}"


def sentence_case(text: str) -> str:
    """`caring role` → `Caring role`; `SMS` stays."""
    return text[:1].upper() + text[1:]


LANGUAGES: Final = {
    "am": "Amharic",
    "ar": "Arabic",
    "bg": "Bulgarian",
    "bn": "Bengali",
    "bsl": "British Sign Language",
    "cy": "Welsh",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fa": "Persian",
    "fr": "French",
    "gu": "Gujarati",
    "hi": "Hindi",
    "hu": "Hungarian",
    "it": "Italian",
    "ku": "Kurdish",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "ml": "Malayalam",
    "ne": "Nepali",
    "pa": "Panjabi",
    "pl": "Polish",
    "prs": "Dari",
    "ps": "Pashto",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "so": "Somali",
    "sq": "Albanian",
    "ta": "Tamil",
    "te": "Telugu",
    "ti": "Tigrinya",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
    "zh": "Chinese",
}


def language(code: str) -> str:
    """`so` → `Somali`, `pt-BR` → `Portuguese (pt-BR)`; a code we have no word for stays as it is. ISO 639."""
    name = LANGUAGES.get(code.partition("-")[0].lower())
    if name is None:
        return code
    return name if "-" not in code else f"{name} ({code})"


ROLES: Final = {
    "ig_lead": "information governance lead",
    "pcn_manager": "PCN manager",
}
"""Roles of `commonweal.domain.user` whose code is not what they are called."""


def role(code: str) -> str:
    """`link_worker` → `link worker`, `pcn_manager` → `PCN manager`."""
    return ROLES.get(code, code.replace("_", " "))


def carried(held: int, room: int) -> str:
    """How much a link worker carries of what they may: `weight 12 of 40`, for a case may weigh more than one."""
    return f"weight {held} of {room}"


def plural(count: int, one: str, many: str) -> str:
    """`1 referral`, `1,204 referrals`."""
    return f"{count:,} {one if count == 1 else many}"
