"""What was saved and is not sent yet: typed into its form again, and read before it is sent."""

from datetime import date

from commonweal.console.ask import Ask, Found, Question
from commonweal.console.wording import long_date
from commonweal.domain.chest.money import pounds


def typed(saved: object, ask: Ask) -> dict[str, str]:
    """What was saved, as it was typed into the form."""
    found: dict[str, str] = {}
    for each in ask.asked:
        match each.kind, getattr(saved, each.field, None):
            case ("pounds", int(pence)):
                found[each.field] = in_pounds(pence)
            case ("choices", tuple(given)):
                found[each.field] = ",".join(given)
            case ("documents", tuple(given)):
                found[each.field] = "\n".join(given)
            case (_, date() as day):
                found |= {f"{each.field}_{part}": str(getattr(day, part)) for part in ("day", "month", "year")}
            case (_, int() | str() as value):
                found[each.field] = str(value)
            case _:
                pass
    return found


def in_pounds(pence: int) -> str:
    """`125050` → `1250.50`, as it is typed."""
    return f"{pence // 100}.{pence % 100:02}"


def answers(saved: object, ask: Ask, looked_up: Found) -> tuple[tuple[str, str], ...]:
    """What was saved, as it is read: each question and its answer."""
    return tuple((each.label, _read(getattr(saved, each.field, None), each, looked_up)) for each in ask.asked)


def _read(value: object, question: Question, looked_up: Found) -> str:
    words = {choice.value: choice.text for choice in looked_up.get(question.field, question.choices)}
    match value:
        case int() if question.kind == "pounds":
            return pounds(value)
        case int():
            return f"{value:,}"
        case date():
            return long_date(value)
        case tuple():
            return "\n".join(words.get(str(each), str(each)) for each in value) or "None"
        case str():
            return words.get(value, value)
        case _:
            return "Nothing"
