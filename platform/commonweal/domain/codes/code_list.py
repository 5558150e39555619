"""A code list: what each of its codes means."""

from collections.abc import Mapping

Codes = Mapping[str, str]
"""Code → what it means."""
