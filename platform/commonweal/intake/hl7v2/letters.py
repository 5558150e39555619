"""Which letters a hospital's bytes stand for, so that a name keeps its accents."""

import codecs
import re
from typing import Final

_CONTROLS: Final = dict.fromkeys([*range(32), 127]) | {9: " ", 10: "\n", 13: "\r"}
"""What no text of ours holds: PostgreSQL refuses a NUL, a terminal obeys an ESC."""


def decoded(raw: bytes) -> str:
    """A message as text, without the marks of MLLP or of a byte order around it. Never raises."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", errors="replace").translate(_CONTROLS)
    raw = raw.strip(b"\x0b\x1c\x00 \t\r\n").removeprefix(codecs.BOM_UTF8).lstrip()
    first = re.split(b"[\r\n]", raw, maxsplit=1)[0]
    declared = first.split(first[3:4] or b"|")[17:18]  # MSH-18; a list, because it may not be there
    return text_of(raw, declared[0].decode("ascii", errors="replace") if declared else "")


def text_of(raw: bytes, declared: str = "") -> str:
    """UTF-8 if it is UTF-8 (whatever MSH-18 says, for it often lies), else the ISO 8859 part declared, else latin-1."""
    try:
        return raw.decode("utf-8").translate(_CONTROLS)
    except UnicodeDecodeError:
        part = re.search(r"8859[/-](\d{1,2})", declared)
        try:
            return raw.decode(f"iso8859_{part[1]}" if part else "latin-1", errors="replace").translate(_CONTROLS)
        except LookupError:
            return raw.decode("latin-1").translate(_CONTROLS)
