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


def asked_of(file: MappedFile) -> set[str]:
    """Every column that a row of a file is read by: those of fields, and those of conditions."""
    conditions = [*file.skips, *(condition for emit in file.emits for condition in emit.conditions)]
    return (columns_of(file) | {condition.column for condition in conditions}) - {""}


def ids_of(file: MappedFile) -> set[str]:
    """Every column of a file that speaks of ids, or of what is collected."""
    told = {
        column_of(emit, name)
        for emit in file.emits
        for name in emit.fields
        if emit.entity is None or ((spec := ENTITIES[emit.entity].field(name)) and spec.form in ("id", "ref"))
    }
    asked = [*file.skips, *(condition for emit in file.emits for condition in emit.conditions)]
    return (told | {condition.column for condition in asked if condition.collected is not None}) - {""}


def is_asked_while_collected(file: MappedFile) -> bool:
    """Whether rows of a file ask for ids that earlier rows of the same file collect."""
    collected = {emit.collect for emit in file.emits if emit.collect}
    return any(condition.collected in collected for emit in file.emits for condition in emit.conditions)


def is_required(emit: Emit, name: str) -> bool:
    """Whether the emit is nothing without the field."""
    if emit.entity is None:
        return True
    spec = ENTITIES[emit.entity].field(name)
    return spec is not None and spec.required


class Step:
    """An emit with its conditions; called once per row. `number` is its place among the emits of its file."""

    def __init__(self, file: MappedFile, number: int, columns: Columns, context: Context) -> None:
        emit = file.emits[number]
        self.number = number
        self.tests = [Test(condition, columns, context) for condition in emit.conditions]
        there = (skip for skip in file.skips if columns.place(skip.column) is not None)
        self.skips = [Test(skip, columns, context) for skip in there]
        self.run = Collector(emit, columns, context) if emit.collect else Emitter(emit, columns, context)

    def __call__(self, cells: Cells, row: Row) -> bool:
        """Whether the row is good as far as this emit is concerned."""
        if any(skip(cells) for skip in self.skips):
            return True
        return not all(test(cells) for test in self.tests) or self.run(cells, row)


class Test:
    """One condition on one column."""

    def __init__(self, condition: When, columns: Columns, context: Context) -> None:
        place = columns.place(condition.column)
        if place is None:
            raise ValueError(f"no column {condition.column}")
        self.place = place
        self.among = None if condition.among is None else {word.casefold() for word in condition.among}
        self.collected = (
            None if condition.collected is None else context.collected.setdefault(condition.collected, set())
        )

    def __call__(self, cells: Cells) -> bool:
        return self.holds(clean(cells[self.place]))

    def holds(self, cell: str) -> bool:
        """Whether a cleaned cell fulfils it."""
        if self.collected is not None:
            return cell in self.collected
        return cell.casefold() in self.among if self.among is not None else bool(cell)


class Collector:
    """Remembers the ids of one column under a name, for a later `when`."""

    def __init__(self, emit: Emit, columns: Columns, context: Context) -> None:
        place = columns.place(column_of(emit, "id"))
        if place is None:
            raise ValueError("the column to collect is missing")
        self.place = place
        self.ids = context.collected.setdefault(str(emit.collect), set())

    def __call__(self, cells: Cells, _: Row) -> bool:
        self.ids.add(clean(cells[self.place]))
        return True
