"""What a computed plan says in words that a project leader understands. Pure."""

from collections.abc import Sequence
from datetime import date

from services.projects.schedule.findings import Conflict
from services.projects.schedule.plan import Plan
from shared.kit.text import Text

_WAITS = Text(sv="väntar på", en="waits for", da="venter på")
_WHICH = Text(sv="som väntar på", en="which waits for", da="som venter på")


def joined(texts: Sequence[Text], between: str = "") -> Text:
    """The texts one after the other, each language by itself; Danish falls back to English words."""
    return Text(
        sv=between.join(text.sv for text in texts),
        en=between.join(text.en for text in texts),
        da=between.join(text.da or text.en for text in texts),
    )


def plain(text: str) -> Text:
    return Text(sv=text, en=text, da=text)


def waiting(names: Sequence[Text], remark: Text) -> Text:
    """ "A waits for B, which waits for C (remark)"; alone, "A (remark)"."""
    parts: list[Text] = []
    for number, name in enumerate(names):
        if number == 1:
            parts += [plain(" "), _WAITS, plain(" ")]
        elif number > 1:
            parts += [plain(", "), _WHICH, plain(" ")]
        parts.append(name)
    return joined([*parts, plain(" ("), remark, plain(")")])


def remark(who: Text, overdue: int, day: date, *, has_begun: bool) -> Text:
    """Who must act, and how late it is or when it is computed to be done."""
    if overdue:
        days = Text(
            sv="1 dag sen" if overdue == 1 else f"{overdue} dagar sen",
            en="1 day late" if overdue == 1 else f"{overdue} days late",
            da="1 dag forsinket" if overdue == 1 else f"{overdue} dage forsinket",
        )
        return joined([who, plain(", "), days])
    when = (
        Text(
            sv=f"pågår, klar tidigast {day}",
            en=f"under way, done {day} at the earliest",
            da=f"i gang, færdig tidligst {day}",
        )
        if has_begun
        else Text(
            sv=f"inte påbörjad, klar tidigast {day}",
            en=f"not begun, done {day} at the earliest",
            da=f"ikke påbegyndt, færdig tidligst {day}",
        )
    )
    return joined([who, plain(", "), when])


def of_conflict(plan: Plan, conflict: Conflict) -> Text:
    """What cannot be kept, and because of what."""
    row, cause = plan.activities[conflict.row], plan.activities[conflict.cause]
    end = plan.must_end_by if conflict.kind == "end" else row.window_end
    held = {
        "pinned": Text(sv=" är låst till senast ", en=" is pinned to end by ", da=" er låst til senest "),
        "deadline": Text(sv=" ska vara klar senast ", en=" must be done by ", da=" skal være færdig senest "),
        "end": Text(
            sv=" ska som projektet vara klar senast ",
            en=", as the project, must be done by ",
            da=" skal som projektet være færdig senest ",
        ),
        "window": Text(
            sv=" är låst till ett fönster som slutar ",
            en=" is pinned to a window that ends ",
            da=" er låst til et vindue, der slutter ",
        ),
    }[conflict.kind]
    missing = Text(
        sv=f"det fattas {conflict.days} arbetsdagar",
        en=f"{conflict.days} working days are missing",
        da=f"der mangler {conflict.days} arbejdsdage",
    )
    if conflict.row == conflict.cause:
        return joined([row.name, held, plain(str(end)), Text(sv=", men ", en=", but ", da=", men "), missing])
    because = Text(sv=", men på grund av ", en=", but because of ", da=", men på grund af ")
    return joined([row.name, held, plain(str(end)), because, cause.name, plain(" "), missing])
