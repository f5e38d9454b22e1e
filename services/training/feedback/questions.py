"""The questions that every authority has until it sets its own."""

from typing import Any


def _question(key: str, kind: str, sv: str, en: str, da: str) -> dict[str, Any]:
    return {"key": key, "kind": kind, "text": {"sv": sv, "en": en, "da": da}, "options": []}


QUESTIONS: list[dict[str, Any]] = [
    _question(
        "useful", "scale", "Har du nytta av detta i ditt arbete?", "Is this useful in your work?",
        "Har du gavn af dette i dit arbejde?",
    ),
    _question(
        "pace", "scale", "Hann du med?", "Could you keep up?", "Kunne du følge med?",
    ),
    _question(
        "ready", "scale", "Klarar du dig i systemet nu?", "Can you manage in the system now?",
        "Kan du klare dig i systemet nu?",
    ),
    _question(
        "access", "scale", "Fungerade inloggningen?", "Did logging in work?", "Virkede login?",
    ),
    _question(
        "comment", "comment", "Vad ska vi göra bättre?", "What should we do better?", "Hvad skal vi gøre bedre?",
    ),
]  # fmt: skip
