"""Reading a question's whole answer as Python values, for whoever asks for it in another way than the planner's."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

import msgspec
from graphql import FieldNode, NameNode
from strawberry.types.base import StrawberryObjectDefinition

from commonweal.kernel import sql_graph
from commonweal.kernel.question import FEW, Question, Table
from commonweal.kernel.read_model import ReadModel
from commonweal.kernel.reading import Reader
from commonweal.kernel.selection import Chosen, Selected
from commonweal.kernel.view import Many, Shown, View, view

_READ: Final[Mapping[type, Any]] = {datetime: datetime.fromisoformat, date: date.fromisoformat}


async def fetch(reader: Reader, model: ReadModel, question: Question) -> Any:
    """Every field there is, by its Python name: a dict, a list of them, or None."""
    made = sql_graph.statement([(model, question, everything(question.of))])
    known = sql_graph.values(question)
    (found,) = await reader.row(made.sql, [known[name] for _, name in made.parameters])
    return None if found is None else _understood(told(msgspec.json.decode(found), question), question.of)


def told(found: Any, question: Question) -> Any:
    """Of everything there is in an answer, what may be told."""
    if not isinstance(question, Table) or question.told is None:
        return found
    rows, suppressed = question.told(found["rows"])
    return {**found, "rows": rows, "suppressed": suppressed}


def picked(found: Any, selected: Selected, of: View) -> Any:
    """Of everything there is in an answer, what was selected."""
    if isinstance(found, list):
        return [picked(each, selected, of) for each in found]
    if not selected:
        return found
    return {
        key: of.name if chosen.name == "__typename" else _picked(found, chosen, of.fields[chosen.name])
        for key, chosen in selected.items()
    }


def _picked(found: Any, chosen: Chosen, shown: Shown) -> Any:
    return picked(found[shown.name], chosen.inside, view(shown.of))


def width(of: type) -> int:
    """How many values `fetch` reads of each row."""
    return sum(
        width(shown.of) * (FEW if isinstance(shown.source, Many) else 1) if _is_object(shown.of) else 1
        for shown in view(of).fields.values()
    )


def get(source: Any, name: str) -> Any:
    """A field of what `fetch` found, or of any other object."""
    return source[name] if isinstance(source, dict) else getattr(source, name)


def _is_object(of: Any) -> bool:
    return isinstance(getattr(of, "__strawberry_definition__", None), StrawberryObjectDefinition)


def everything(of: type) -> Selected:
    """Every field, and every field of each."""
    return {
        shown.name: Chosen(
            named, FieldNode(name=NameNode(value=named)), everything(shown.of) if _is_object(shown.of) else {}
        )
        for named, shown in view(of).fields.items()
    }


def _understood(found: Any, of: Any) -> Any:
    """JSON's texts as the values they stand for."""
    if isinstance(found, list):
        return [_understood(each, of) for each in found]
    if isinstance(found, dict):
        kinds = {shown.name: shown.of for shown in view(of).fields.values()}
        return {name: _understood(value, kinds[name]) for name, value in found.items()}
    return _READ[of](found) if found is not None and of in _READ else found
