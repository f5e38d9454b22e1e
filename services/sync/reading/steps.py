"""The emits of one file, compiled against its header: conditions, collecting, emitting."""

from services.sync.reading.canonical import ENTITIES
from services.sync.reading.cells import clean
from services.sync.reading.emitting import Cells, Columns, Context, Emitter, Row
from services.sync.reading.mapping import Emit, MappedFile, Picked, When


def column_of(emit: Emit, name: str) -> str:
    """The delivered column behind a field; empty for a constant or a field that is not mapped."""
    declared = emit.fields.get(name, "")
    return declared.column if isinstance(declared, Picked) else declared


def columns_of(file: MappedFile) -> set[str]:
    """Every column that the mapping of a file speaks of."""
    return {column_of(emit, name) for emit in file.emits for name in emit.fields}


def is_required(emit: Emit, name: str) -> bool:
    """Whether the emit is nothing without the field."""
    if emit.entity is None:
        return True
    spec = ENTITIES[emit.entity].field(name)
    return spec is not None and spec.required


class Step:
    """An emit with its conditions; called once per row."""

    def __init__(self, emit: Emit, columns: Columns, skip: When | None, context: Context) -> None:
        self._tests = [_Test(condition, columns, context) for condition in emit.conditions]
        self._skip = _Test(skip, columns, context) if skip and columns.place(skip.column) is not None else None
        self._run = _Collector(emit, columns, context) if emit.collect else Emitter(emit, columns, context)

    def __call__(self, cells: Cells, row: Row) -> bool:
        """Whether the row is good as far as this emit is concerned."""
        if self._skip is not None and self._skip(cells):
            return True
        return not all(test(cells) for test in self._tests) or self._run(cells, row)


class _Test:
    def __init__(self, condition: When, columns: Columns, context: Context) -> None:
        place = columns.place(condition.column)
        if place is None:
            raise ValueError(f"no column {condition.column}")
        self._place = place
        self._among = None if condition.among is None else {word.casefold() for word in condition.among}
        self._collected = (
            None if condition.collected is None else context.collected.setdefault(condition.collected, set())
        )

    def __call__(self, cells: Cells) -> bool:
        cell = clean(cells[self._place])
        if self._collected is not None:
            return cell in self._collected
        return cell.casefold() in self._among if self._among is not None else bool(cell)


class _Collector:
    """Remembers the ids of one column under a name, for a later `when`."""

    def __init__(self, emit: Emit, columns: Columns, context: Context) -> None:
        place = columns.place(column_of(emit, "id"))
        if place is None:
            raise ValueError("the column to collect is missing")
        self._place = place
        self._ids = context.collected.setdefault(str(emit.collect), set())

    def __call__(self, cells: Cells, _: Row) -> bool:
        self._ids.add(clean(cells[self._place]))
        return True
