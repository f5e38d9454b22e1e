"""What can be wrong about naming or publishing a template."""

from collections.abc import Sequence

from shared.kit.problems import Conflict, FieldError, Invalid, NotFound
from shared.kit.text import Text


class TemplateNotFound(NotFound):
    """No such version of such a template is published."""

    slug = "template-not-found"
    title = Text(sv="Mallen finns inte", en="No such template", da="Skabelonen findes ikke")

    def __init__(self, key: str, version: str) -> None:
        super().__init__(
            Text(
                sv=f"Ingen mall {key} version {version} är publicerad",
                en=f"No template {key} version {version} is published",
                da=f"Ingen skabelon {key} version {version} er udgivet",
            )
        )


class TemplateRefused(Invalid):
    """The uploaded document is no template, or contradicts itself; `errors` points into the document."""

    slug = "template-refused"
    title = Text(sv="Mallen går inte att publicera", en="The template cannot be published")

    def __init__(self, errors: Sequence[FieldError]) -> None:
        count = len(errors)
        super().__init__(
            Text(
                sv=f"{count} {'ställe' if count == 1 else 'ställen'} i mallen behöver rättas",
                en=f"{count} {'place in the template needs' if count == 1 else 'places in the template need'} mending",
            ),
            errors=errors,
        )


class TemplateVersionTaken(Conflict):
    """This version is out already, and a version never changes."""

    slug = "template-version-taken"
    title = Text(sv="Versionen är redan publicerad", en="The version is published already")

    def __init__(self, key: str, version: str) -> None:
        super().__init__(
            Text(
                sv=f"{key} {version} är publicerad och ändras aldrig; ge ändringen ett nytt versionsnummer",
                en=f"{key} {version} is published and never changes; give the change a new version number",
            ),
            errors=[FieldError(pointer="#/version", detail=Text(sv="Upptaget", en="Taken"), code="taken")],
        )


class TemplateKeyTaken(Conflict):
    """The key belongs to a template that ships with the product."""

    slug = "template-key-taken"
    title = Text(sv="Nyckeln är upptagen", en="The key is taken")

    def __init__(self, key: str) -> None:
        super().__init__(
            Text(
                sv=f"{key} hör till en mall som följer med produkten; ge mallen en egen nyckel",
                en=f"{key} is a template that comes with the product; give yours a key of its own",
            ),
            errors=[FieldError(pointer="#/key", detail=Text(sv="Upptagen", en="Taken"), code="taken")],
        )
