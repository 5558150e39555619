"""No message, however broken, does anything but be read or be refused."""

from pathlib import Path

import hl7
from hypothesis import given, settings
from hypothesis import strategies as st

from commonweal.intake.hl7v2 import Unreadable, acknowledge, classify, episode_key, read, report
from commonweal.intake.hl7v2.segments import segments

MESSAGES = [file.read_bytes() for file in sorted((Path(__file__).parent / "hl7v2").glob("*.hl7"))]
UNTIDY = st.sampled_from(
    [
        b"|",
        b"^",
        b"~",
        b"\\",
        b"&",
        b"\r",
        b"\n",
        b"\x0b",
        b"\x1c",
        b"\x00",
        b"\xff",
        b'""',
        b"\\X0D\\",
        b"MSH|",
        b"\xef\xbb\xbf",
        b"9999",
    ]
)


@st.composite
def mutilated(draw: st.DrawFn) -> bytes:
    raw = draw(st.sampled_from(MESSAGES))
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(raw)))
        end = draw(st.integers(start, min(len(raw), start + draw(st.sampled_from([0, 1, 8, 200])))))
        raw = raw[:start] + draw(UNTIDY | st.binary(max_size=6)) + raw[end:]
    return raw


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=400) | mutilated())
def test_bytes_are_read_or_refused_and_always_answered(raw: bytes) -> None:
    line = report(raw, "a file")
    assert line["ack"] in {"AA", "AR"}
    assert line["ack"] == "AA" or line["reason"]
    answer = acknowledge(raw, line["ack"], line["reason"] or "")
    assert answer.startswith(b"MSH")
    assert b"\x0b" not in answer
    assert b"\x1c" not in answer
    try:
        message = read(raw)
    except Unreadable as why:
        assert str(why)  # noqa: PT017 – most examples do not raise
        return
    meaning = classify(message)
    assert episode_key(message)
    if meaning.act:
        assert message.occurred_at
        assert message.patients == 1
        assert message.nhs_number or message.mrn
    assert message.control_id.encode()
    assert "\x00" not in repr(message)


def test_fields_are_split_as_another_parser_splits_them() -> None:
    for raw in MESSAGES:
        theirs = hl7.parse("\r".join(line for line in raw.decode().splitlines() if line))
        ours = segments(raw).all
        assert [[str(field) for field in segment] for segment in theirs] == [list(segment.fields) for segment in ours]
