"""What is sought is found however it is written, and nothing innocent is taken for it."""

import shutil
from pathlib import Path

import pytest

from commonweal.runtime.verify import stores
from commonweal.runtime.verify.search import Search
from commonweal.runtime.verify.sought import Sought, forms

WHAT = Sought("X.field", "position 1")


def found(field: str, value: str, text: str, kind: str = "text") -> bool:
    search = Search(dict.fromkeys(forms(field, value), WHAT))
    return any(True for _ in search.hits(text.encode(), kind))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("nhs_number", "9434765919", "number 943 476 5919."),
        ("nhs_number", "9434765919", "nhs9434765919"),
        ("nhs_number", "9434765919", "943-476-5919"),
        ("X.postcode", "NN15 5LB", '{"at":"nn155lb"}'),
        ("postcode", "NN15 5LB", "NN15 5LB"),
        ("X.phone", "07700 900123", "called 07700900123"),
        ("phone", "07700 900123", "+447700900123"),
        ("X.name", "Odette Finchley", "FINCHLEY^ODETTE"),
        ("name", "Odette Finchley", "finchley, odette"),
        ("name", "Odette Finchley", "/people?name=Odette%20Finchley"),
        ("name", "Odette Finchley", "/people?name=Odette+Finchley"),
        ("name", "Zoë Brontë", '{"event": "Zo\\u00eb Bront\\u00eb"}'),
        ("name", "Ann Ode", '{"event": "hello\\nAnn Ode"}'),
        ("X.surviving_mrn", "H0012345", "|H0012345^^^"),
        ("mrn", "441122", '"mrn":"441122"'),
        ("narrative", "has not left the house since the spring of last year", "she has not left the house since the spring of las"),
    ],
)  # fmt: skip
def test_it_is_found_as_it_is_written(field: str, value: str, text: str) -> None:
    assert found(field, value, text)


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("nhs_number", "9434765919", "19434765919"),
        ("nhs_number", "9434765919", '"0190c2d1-5a3e-7b1c-8234-a9434765919b"'),
        ("postcode", "E1 1AA", "kd9E11AAx+q/"),
        ("name", "Ann Ode", "Joann Oden"),
        ("mrn", "441122", "2026-01-05T10:00:00.441122Z"),
        ("mrn", "441122", "10:00:00.441122 [INF]"),
        ("mrn", "441122", '"position":"441122"'),
        ("mrn", "441122", '{"count": 441122}'),
        ("mrn", "44112233", "referral-44112233-1111-4222-8333-444455556666"),
        ("safe_times", "mornings", "mornings"),
        ("name", "M", "M"),
    ],
)
def test_something_innocent_is_not_taken_for_it(field: str, value: str, text: str) -> None:
    assert not found(field, value, text)


def test_short_numbers_are_not_sought_in_logs_nor_short_words_in_ciphers() -> None:
    assert not found("mrn", "441122", "[441122] started", "log")
    assert found("mrn", "44112233", "[44112233] x", "log")
    assert not found("mrn", "ab1234", "..ab1234..", "cipher")
    assert found("name", "Odette Finchley", "xxodette finchleyxx", "cipher")


def test_what_is_innocent_is_let_pass() -> None:
    search = Search({"northampton": WHAT, "odette finchley": WHAT})
    assert list(search.without(b'{"name":"Northampton General"}').words) == ["odette finchley"]


def test_a_word_is_found_in_any_of_several_automata(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonweal.runtime.verify.search.AT_ONCE", 2)
    search = Search({f"canary number {n}": WHAT for n in range(5)})
    assert len(list(search.hits(b"canary number 0, canary number 4"))) == 2


def test_a_folder_that_goes_while_we_look_is_passed_over(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "words").write_bytes(b"canary")
    looking = stores._files(tmp_path)
    first = next(iter(looking))
    for left in {"a", "b"} - {first.parent.name}:
        shutil.rmtree(tmp_path / left)
    assert list(looking) == []
    assert [piece.data for piece in stores.files(tmp_path, "text")] == [b"canary"]
