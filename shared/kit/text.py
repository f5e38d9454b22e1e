"""Texts in the languages of our users: Swedish, Danish, English."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Lang = Literal["sv", "da", "en"]
LANGUAGES: tuple[Lang, ...] = ("sv", "da", "en")


class Text(BaseModel):
    """One text in several languages. A missing Danish text falls back to English."""

    # An unknown key is a misspelt or unquoted text, never something to drop in silence.
    model_config = ConfigDict(frozen=True, extra="forbid")

    sv: str
    en: str
    da: str | None = None

    def pick(self, lang: Lang) -> str:
        """The text in `lang`, or in English where it has not been translated."""
        return {"sv": self.sv, "en": self.en, "da": self.da}[lang] or self.en

    def format(self, **values: object) -> "Text":
        """The same text with `{name}` places filled in every language."""
        return Text(
            sv=self.sv.format(**values),
            en=self.en.format(**values),
            da=None if self.da is None else self.da.format(**values),
        )


def negotiate(accept_language: str | None) -> Lang:
    """The best of our languages for an Accept-Language header (RFC 9110 section 12.5.4); English if none fits."""
    choices: list[tuple[float, int, Lang]] = []
    for order, part in enumerate((accept_language or "").split(",")[:20]):
        tag, _, parameter = part.strip().partition(";")
        primary = tag.strip().lower().split("-")[0]
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter.strip() else 1.0
        except ValueError:
            continue
        for lang in LANGUAGES:
            if primary == lang and weight > 0:
                choices.append((-weight, order, lang))
    return min(choices)[2] if choices else "en"
