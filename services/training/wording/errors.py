"""What can be wrong with a tenant's own words."""

from collections.abc import Sequence

from shared.kit.problems import FieldError, Invalid
from shared.kit.text import Text


class TemplateInvalid(Invalid):
    """A template names a place that its kind of mail does not have, or its braces do not pair up."""

    slug = "mail-template-invalid"
    title = Text(
        sv="Mallen kan inte fyllas i", en="The template cannot be filled in", da="Skabelonen kan ikke udfyldes"
    )

    def __init__(self, wrong: Sequence[tuple[str, str]]) -> None:
        """`wrong` holds (field, place) pairs; the place is '' where the braces do not pair up."""
        super().__init__(errors=[FieldError(pointer=f"#/{name}", detail=_why(place), code="placeholder")
                                 for name, place in wrong])  # fmt: skip


def _why(place: str) -> Text:
    if not place:
        return Text(
            sv="En klammer saknar sin andra; skriv {{ för en klammer i texten",
            en="A brace lacks its other; write {{ for a brace in the text",
            da="En klamme mangler sin anden; skriv {{ for en klamme i teksten",
        )
    shown = place[:60]
    return Text(sv=f"Okänd plats: {shown}", en=f"Unknown placeholder: {shown}", da=f"Ukendt plads: {shown}")
