"""What we answer a hospital that sent us a message."""

import hashlib
import re
from datetime import UTC, datetime
from typing import Final, Literal

from commonweal.intake.hl7v2.message import HL7Message
from commonweal.intake.hl7v2.segments import Segment, header
from commonweal.intake.hl7v2.times import write_time

ERRORS: Final = {
    "100": "Segment sequence error",
    "101": "Required field missing",
    "200": "Unsupported message type",
    "203": "Unsupported version id",
    "207": "Application internal error",
}
"""HL7 table 0357, message error condition codes: those we use."""

_LONGEST: Final = 250
"""How much of a field of the sender's is mirrored; the standard's own limits are shorter."""


def acknowledge(
    source: HL7Message | bytes,
    code: Literal["AA", "AE", "AR"],
    text: str = "",
    *,
    error: str | None = None,
    at: datetime | None = None,
) -> bytes:
    """The ACK for a message, or for bytes that could not be read (as much of their MSH as there is is mirrored).

    AA stored, AE try again, AR never. `text` goes into MSA-3 and must not say anything about a person. `error` is a code of
    `ERRORS`; left out it is 207 for AE and 100 for AR. `at` is when we answer: now, if left out.
    """
    msh = source.header if isinstance(source, HL7Message) else header(source) or Segment()
    at = at or datetime.now(UTC)
    version = _mirrored(msh, 12) or "2.4"
    written = msh.delimiters.escaped(" ".join(text.split()))
    lines = [_header(msh, at, version), ("MSA", code, _mirrored(msh, 10), written)]
    if code != "AA":
        lines.append(_error(msh, error or ("207" if code == "AE" else "100"), version, written))
    return "".join(f"{msh.delimiters.field.join(fields).rstrip(msh.delimiters.field)}\r" for fields in lines).encode()


def _header(msh: Segment, at: datetime, version: str) -> tuple[str, ...]:
    d = msh.delimiters
    trigger = msh.part(9, 2) or ""
    kind = ("ACK", trigger, "ACK") if re.fullmatch("[A-Z0-9]{3}", trigger) else ("ACK",)
    own_id = hashlib.sha256(f"{msh.raw(10)} {at.isoformat()}".encode()).hexdigest()[:20]
    sender, receiver = (_mirrored(msh, 5), _mirrored(msh, 6)), (_mirrored(msh, 3), _mirrored(msh, 4))
    characters = f"{d.component}{d.repetition}{d.escape}{d.subcomponent}"
    answered = (write_time(at), "", d.component.join(kind), own_id, _mirrored(msh, 11) or "P", version)
    return ("MSH", characters, *sender, *receiver, *answered, "", "", "", "", "", "UNICODE UTF-8")


def _error(msh: Segment, error: str, version: str, written: str) -> tuple[str, ...]:
    """ERR-3, 4 and 8 since v2.5; before it ERR-1, whose fourth component is the code."""
    coded = (error, ERRORS[error], "HL70357")
    if (msh.part(12) or version) < "2.5":
        return ("ERR", msh.delimiters.component * 3 + msh.delimiters.subcomponent.join(coded))
    return ("ERR", "", "", msh.delimiters.component.join(coded), "E", "", "", "", written)


def _mirrored(msh: Segment, n: int) -> str:
    return msh.raw(n).strip()[:_LONGEST]
