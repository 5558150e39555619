"""A form's answers are read as they were meant, and what is wrong is said beside the question."""

from typing import Any

import pytest

from commonweal.console.ask import Ask, Question
from commonweal.console.asks import ASKS, BY_NAME
from commonweal.console.forms import Choice
from commonweal.console.reading import read, refused
from commonweal.domain.message import field_types
from commonweal.kernel.decider import BEHAVIOURS, DECIDERS
from commonweal.runtime import mutations, permissions
from commonweal.runtime.pages.finding import FOUND
from commonweal.runtime.schema import schema

AB = (Choice(value="a", text="A"), Choice(value="b", text="B"))


def asked(*questions: Question, **known: Any) -> Ask:
    return Ask(
        **{"name": "x", "command": int, "title": "T", "button": "B", "done": "D", "about": "plan", **known},
        questions=questions,
    )


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("text", {"f": "  some words "}, "some words"),
        ("words", {"f": ""}, None),
        ("choice", {"f": "a"}, "a"),
        ("choices", {"f": "a,b"}, ["a", "b"]),
        ("day", {"f_day": "1", "f_month": "3", "f_year": "2026"}, "2026-03-01"),
        (
            "moment",
            {"f_day": "1", "f_month": "7", "f_year": "2026", "f_time": "9.05"},
            "2026-07-01T09:05:00+01:00",
        ),
        ("number", {"f": "7"}, 7),
        ("yes_no", {"f": "no"}, False),
        ("pounds", {"f": "£1,250.5"}, 125_050),
        ("pounds", {"f": "0"}, 0),
        ("pounds", {"f": "12,500"}, 1_250_000),
        ("pounds", {"f": "1,234,567.89"}, 123_456_789),
        ("pounds", {"f": "1234567.8"}, 123_456_780),
        ("lines", {"f": " a \n\nb"}, ["a", "b"]),
    ],
)
def test_an_answer_is_read_as_it_was_meant(kind: str, typed: dict[str, str], value: Any) -> None:
    answers = read(asked(Question(field="f", label="F", kind=kind, choices=AB)), typed, {})
    assert not answers.mistakes
    assert answers.values.get("f") == value


@pytest.mark.parametrize(
    ("kind", "typed", "anchor", "says"),
    [
        ("choice", {"f": "z"}, "f", "on the list"),
        ("choices", {"f": "a,z"}, "f", "on the list"),
        ("day", {"f_day": "31", "f_month": "2", "f_year": "2026"}, "f_day", "real date"),
        ("day", {"f_day": "3", "f_month": "2", "f_year": "26"}, "f_day", "real date"),
        ("moment", {"f_day": "1", "f_month": "2", "f_year": "2026", "f_time": "25:00"}, "f_day", "24-hour"),
        ("moment", {"f_time": "14:00"}, "f_day", "the day"),
        ("number", {"f": "1.5"}, "f", "whole number"),
        ("number", {"f": "11"}, "f", "10 or less"),
        ("pounds", {"f": "ten"}, "f", "pounds"),
        ("pounds", {"f": "1.005"}, "f", "pounds"),
        ("pounds", {"f": "-1"}, "f", "pounds"),
        ("pounds", {"f": "NaN"}, "f", "pounds"),
        *(
            ("pounds", {"f": text}, "f", "pounds")
            for text in (
                "12,50",
                "1,00,0",
                "1,2345",
                "1234,567",
                ",500",
                "0,500",
                "5,",
                "1,250,5",
                "1.250,50",
                "1,,000",
            )
        ),
        ("shares", {"f": "QPM sixty"}, "f", "QPM 60"),
        ("shares", {"f": "QPM 60\nNHS"}, "f", "QPM 60"),
        ("numbers", {"f_a": "many"}, "f", "whole number"),
        ("numbers", {"f_b": "11"}, "f", "10 or less"),
        ("schedule", {"f": "1 9 2026"}, "f", "1 9 2026 2,500"),
        ("schedule", {"f": "1 9 2026 lots"}, "f", "1 9 2026 2,500"),
        ("schedule", {"f": "1 9 2026 25,00"}, "f", "1 9 2026 2,500"),
        ("schedule", {"f": "31 9 2026 2,500"}, "f", "31 9 2026 is no real date"),
        ("ringfence", {"f": "a"}, "f", "how many percent"),
        ("ringfence", {"g": "5"}, "f", "how many percent"),
        ("ringfence", {"f": "c", "g": "5"}, "f", "on the list"),
    ],
)
def test_what_cannot_be_is_said_beside_the_question(kind: str, typed: dict[str, str], anchor: str, says: str) -> None:
    answers = read(asked(Question(field="f", second="g", label="F", kind=kind, choices=AB, most=10)), typed, {})
    (mistake,) = answers.mistakes
    assert (mistake.field, says in mistake.sentence) == (anchor, True), mistake


def test_what_has_to_be_answered_and_is_not_is_said_in_the_questions_own_words() -> None:
    answers = read(asked(Question(field="f", label="F", missing="Say what matters")), {}, {})
    assert [(each.field, each.sentence) for each in answers.mistakes] == [("f", "Say what matters")]


def test_shares_are_two_lists_in_one_order() -> None:
    ask = asked(Question(field="f", second="g", label="F", kind="shares", missing="Say who pays"))
    assert read(ask, {"f": "QPM 60\n K83001  40%\n"}, {}).values == {"f": ["QPM", "K83001"], "g": [60, 40]}
    assert [each.sentence for each in read(ask, {"f": " \n"}, {}).mistakes] == ["Say who pays"]
    assert refused(ask, "g must be 100 together").field == "f"


@pytest.mark.parametrize(
    ("kind", "typed", "values"),
    [
        ("numbers", {"f_a": "3", "f_b": ""}, {"f": ["a"], "g": [3]}),
        ("numbers", {"f_b": "0", "f_a": "10"}, {"f": ["a", "b"], "g": [10, 0]}),
        (
            "schedule",
            {"f": "1 9 2026 2,500\n\n15/1/2027: £99.50"},
            {"f": ["2026-09-01", "2027-01-15"], "g": [250_000, 9_950]},
        ),
        ("ringfence", {"f": "a,b", "g": "50"}, {"f": ["a+b"], "g": [50]}),
        ("ringfence", {}, {}),
    ],
)
def test_what_has_two_halves_is_two_lists_in_one_order(
    kind: str, typed: dict[str, str], values: dict[str, Any]
) -> None:
    ask = asked(Question(field="f", second="g", label="F", kind=kind, choices=AB, most=100))
    assert read(ask, typed, {}).values == values


def test_what_may_be_taken_away_is_said_to_be_empty_and_the_rest_is_left_out() -> None:
    ask = asked(Question(field="phone", label="Telephone", clears=True), Question(field="name", label="Name"))
    assert read(ask, {"phone": " ", "name": ""}, {}).values == {"phone": ""}


def test_a_record_that_is_named_by_its_maker_is_asked_for_its_code_first() -> None:
    ask = asked(Question(field="name", label="Name"), code=Question(field="id", label="Code", missing="Enter a code"))
    assert [question.field for question in ask.asked] == ["id", "name"]
    assert [each.field for each in read(ask, {"name": "Young people"}, {}).mistakes] == ["id"]
    assert refused(ask, "id must be letters").field == "id"


def test_a_number_that_the_address_brings_is_one() -> None:
    assert read(BY_NAME["meet-condition"], {"condition": "2"}, {}).values["condition"] == 2
    assert read(BY_NAME["confirm-pledge"], {"pledge_id": "2"}, {}).values["pledge_id"] == "2"


def test_a_question_that_does_not_follow_is_not_read() -> None:
    ask = asked(
        Question(field="who", kind="choice", choices=AB), Question(field="why", missing="Say why", when=("who", "b"))
    )
    assert not read(ask, {"who": "a", "why": "typed before"}, {}).values.get("why")
    assert [each.field for each in read(ask, {"who": "b"}, {}).mistakes] == ["why"]


def test_a_refusal_stands_beside_the_question_its_field_is_of() -> None:
    ask = asked(Question(field="due_on", label="When?", called="The day"), Question(field="reason", label="Why"))
    assert refused(ask, "due_on lies in the past").sentence == "The day lies in the past"
    assert refused(ask, "reason must be one of a, b").sentence == "Why must be one of those on the list"
    assert refused(ask, "this plan is completed").field == ""
    sent = refused(BY_NAME["assess-application"], "organisation: you judge for the organisation that sent you")
    assert (sent.field, sent.sentence) == ("organisation", "You judge for the organisation that sent you")


@pytest.mark.parametrize(
    ("form", "refusal", "told"),
    [
        ("open-round", "closes_on is before opens_on", "The last day is before the first day"),
        (
            "open-round",
            "most_pence is less than least_pence",
            "The most one may ask for is less than the least one may ask for",
        ),
        ("assess-application", "scores must be one each for need", "The scores must be one each for need"),
        ("offer-grant", "fund_id is not the fund this grant is of", "The fund is not the fund this grant is of"),
    ],
)
def test_a_refusal_about_two_fields_or_none_that_was_typed_is_in_the_words_of_the_form(
    form: str, refusal: str, told: str
) -> None:
    assert refused(BY_NAME[form], refusal).sentence == told


def test_a_refused_reason_is_called_the_reason_wherever_the_question_is_why() -> None:
    asks = [ask for ask in ASKS for each in ask.questions if (each.field, each.label) == ("reason", "Why?")]
    assert len(asks) > 1
    for ask in asks:
        assert refused(ask, "reason must be one of a, b").sentence == "The reason must be one of those on the list"


@pytest.mark.parametrize("ask", ASKS, ids=lambda ask: ask.name)
def test_every_form_asks_for_what_its_command_is_given_and_nothing_else(ask: Ask) -> None:
    given = mutations.asked(ask.command)
    own = (question for question in ask.questions if not question.after)  # others go on what is answered before
    fields = {question.field for question in own} | set(ask.taken) | ({ask.parent} if ask.parent else set())
    fields |= {question.second for question in ask.questions if question.second}
    assert ask.code is None or (BEHAVIOURS[ask.command].creates and not mutations.makes_new(ask.command))
    assert fields <= set(given), fields - set(given)
    document = mutations.document(ask.command)
    wanted = {name for name, hint in given.items() if _must(ask.command, name)}
    assert wanted <= fields, f"{ask.name} does not ask for {wanted - fields}: {document}"
    assert ask.about in DECIDERS
    if not mutations.makes_new(ask.command):
        primary = BEHAVIOURS[ask.command].primary
        assert not ask.parent
        assert primary == ask.about or (DECIDERS[primary].subject_is_stream and ask.about == "person")
    assert permissions.COMMANDS.get(ask.command), "somebody may give it"
    for question in ask.questions:
        assert not question.found or question.found in FOUND
        assert question.when is None or question.when[0] in fields
        if question.kind in ("choice", "choices", "pick") and not question.found:
            assert question.choices, question.field


def _must(command: type, name: str) -> bool:
    hint = field_types(command)[name]
    default = command.__dataclass_fields__[name].default  # type: ignore[attr-defined]
    return not isinstance(default, object) or (repr(default).startswith("<dataclasses._MISSING") and hint is not None)


def test_every_form_has_a_name_of_its_own_and_a_mutation_that_exists() -> None:
    assert len(BY_NAME) == len(ASKS)
    mutation = schema(introspection=True).core.mutation_type
    assert mutation is not None
    for ask in ASKS:
        field = mutations.document(ask.command).partition("{ ")[2].partition("(")[0]
        assert field in mutation.fields
