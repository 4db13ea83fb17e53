"""What can be wrong with a row, as data; the words stand in the templates."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row. `code` is the key of its words in the templates.

    Attributes:
        code: ``not_a_number``, ``missing`` …
        column: where, when one cell is to blame.
        cell: what stood there.
    """

    code: str
    column: str = ""
    cell: str = ""
