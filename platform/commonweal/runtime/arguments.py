"""Arguments as a root field wants them: how each is made from what was asked is settled once, not at every request."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from typing import Any, TypeAlias

from strawberry.schema.config import StrawberryConfig
from strawberry.types.arguments import StrawberryArgument, convert_argument
from strawberry.types.base import StrawberryMaybe, StrawberryObjectDefinition, StrawberryOptional

Convert: TypeAlias = Callable[[Any], Any]


class Arguments:
    """The arguments of one root field: GraphQL's names and values in, Python's out."""

    def __init__(self, arguments: list[StrawberryArgument], config: StrawberryConfig, scalars: Any) -> None:
        self._config, self._scalars = config, scalars
        named = config.name_converter.from_argument
        self._known = {named(each): (each.python_name, self._convert(each.type)) for each in arguments}

    def __call__(self, given: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in given.items():
            python_name, convert = self._known[name]
            found[python_name] = convert(value) if convert is not None and value is not None else value
        return found

    def _convert(self, of: Any) -> Convert | None:
        """How a value that is not null becomes Python's; None where it is so already, as graphql-core leaves it."""
        if isinstance(of, StrawberryOptional) and not isinstance(of, StrawberryMaybe):
            return self._convert(of.of_type)
        definition = getattr(of, "__strawberry_definition__", None)
        if isinstance(definition, StrawberryObjectDefinition) and definition.from_input is None:
            return self._input(of, definition)
        if definition is None and isinstance(of, type):
            return None

        def strawberry(value: Any) -> Any:
            return convert_argument(value, of, self._scalars, self._config)

        return strawberry

    def _input(self, of: type, definition: StrawberryObjectDefinition) -> Convert:
        named = self._config.name_converter.from_field
        known = {
            named(each): (each.python_name, self._convert(each.resolve_type(type_definition=definition)))
            for each in definition.fields
        }
        without = {
            each.python_name: None
            for each in definition.fields
            if each.default_value is MISSING and each.default_factory is MISSING
        }

        def made(value: Mapping[str, Any]) -> Any:
            found: dict[str, Any] = dict(without)
            for name, each in value.items():
                python_name, convert = known[name]
                found[python_name] = convert(each) if convert is not None and each is not None else each
            return of(**found)

        return made
