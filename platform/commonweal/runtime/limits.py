"""Limits: how much one question may ask at once, so that nobody's question keeps the others waiting."""

from dataclasses import dataclass
from typing import Final

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


@dataclass(frozen=True, slots=True)
class _Size:
    depth: int = 0
    aliases: int = 0


class Limits(ValidationRule):
    """Refuses a document whose operations go too deep, or give too many other names.

    Each fragment is measured once, however often it is spread: a few lines can spell out a million fields.
    """

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        document = context.document.definitions
        self._fragments = {each.name.value: each for each in document if isinstance(each, FragmentDefinitionNode)}
        self._measured: dict[str, _Size] = {}
        for operation in document:
            if isinstance(operation, OperationDefinitionNode):
                size = self._measure(operation.selection_set)
                self._refuse(operation, size.depth, DEPTH, "levels of fields")
                self._refuse(operation, size.aliases, ALIASES, "aliases")

    def _refuse(self, operation: OperationDefinitionNode, found: int, limit: int, what: str) -> None:
        if found > limit:
            self.report_error(GraphQLError(f"an operation has at most {limit} {what}", operation))

    def _measure(self, selected: SelectionSetNode | None) -> _Size:
        depth = aliases = 0
        for each in selected.selections if selected is not None else ():
            if isinstance(each, FieldNode):
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
