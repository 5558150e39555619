"""Limits: how much one question may ask at once, so that nobody's question keeps the others waiting."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
)

DEPTH: Final = 12
"""Fields within fields. What asks about the schema itself is not counted."""
ALIASES: Final = 30
TOKENS: Final = 1_000
LONGEST: Final = 16_384
"""Characters of a document: the reader goes through all of it again for every place where something is wrong."""
FIELDS: Final = 150
"""Fields of a document: each is compared with every other of its name."""
VALUES: Final = 5_000
"""Values in the variables of one request."""
ERRORS: Final = 20
"""Errors told of one document, or of one set of variables."""
COST: Final = 20_000
"""Values in one answer."""


@dataclass(frozen=True, slots=True)
class _Size:
    depth: int = 0
    aliases: int = 0


class Limits(ValidationRule):
    """Refuses a document whose operations go too deep, give too many other names, or that has too many fields.

    Each fragment is measured once, however often it is spread: a few lines can spell out a million fields.
    """

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        document = context.document.definitions
        self._fragments = {each.name.value: each for each in document if isinstance(each, FragmentDefinitionNode)}
        self._measured: dict[str, _Size] = {}
        self._fields = 0
        for operation in document:
            if isinstance(operation, OperationDefinitionNode):
                size = self._measure(operation.selection_set)
                self._refuse(operation, size.depth, DEPTH, "levels of fields")
                self._refuse(operation, size.aliases, ALIASES, "aliases")
        for name in self._fragments:
            self._fragment(name)
        if self._fields > FIELDS:
            self.report_error(GraphQLError(f"a document has at most {FIELDS} fields"))

    def _refuse(self, operation: OperationDefinitionNode, found: int, limit: int, what: str) -> None:
        if found > limit:
            self.report_error(GraphQLError(f"an operation has at most {limit} {what}", operation))

    def _measure(self, selected: SelectionSetNode | None) -> _Size:
        depth = aliases = 0
        for each in selected.selections if selected is not None else ():
            if isinstance(each, FieldNode):
                self._fields += 1
                inside = self._measure(each.selection_set)
                level = 0 if each.name.value.startswith("__") else inside.depth + 1
                size = _Size(level, inside.aliases + (each.alias is not None))
            elif isinstance(each, FragmentSpreadNode):
                size = self._fragment(each.name.value)
            else:
                size = self._measure(getattr(each, "selection_set", None))
            depth, aliases = max(depth, size.depth), aliases + size.aliases
        return _Size(depth, aliases)

    def _fragment(self, name: str) -> _Size:
        if name not in self._measured:
            self._measured[name] = _Size()  # a fragment within itself is another rule's to refuse
            if name in self._fragments:
                self._measured[name] = self._measure(self._fragments[name].selection_set)
        return self._measured[name]


def many(variables: Mapping[str, Any]) -> bool:
    """Are there more values in there than one request may bring, however deep?"""
    left = VALUES
    waiting: list[Any] = [variables]
    while waiting:
        each = waiting.pop()
        left -= len(each)
        if left < 0:
            return True
        inside = each.values() if isinstance(each, dict) else each
        waiting += [value for value in inside if isinstance(value, dict | list)]
    return False


def too_much(values: int) -> str:
    """What to say of a question that asks for so many values: a page's rows times the fields of each."""
    return f"this asks for up to {values:,} values, and one question has at most {COST:,}: ask for smaller pages"
