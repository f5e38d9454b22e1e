"""What can stand in the way of logging a copy, purging it, or certifying that none is left."""

from collections.abc import Sequence
from uuid import UUID

from shared.kit.problems import Conflict, FieldError, Invalid, NotFound
from shared.kit.text import Text


class CopyNotFound(NotFound):
    slug = "copy-not-found"
    title = Text(sv="Kopian finns inte i loggen", en="No such copy in the log", da="Kopien findes ikke i loggen")


class EnvironmentNotFound(NotFound):
    slug = "migration-environment-not-found"
    title = Text(sv="Miljön finns inte", en="No such environment", da="Miljøet findes ikke")


class CertificateNotFound(NotFound):
    slug = "purge-certificate-not-found"
    title = Text(sv="Gallringsintyget finns inte", en="No such purge certificate", da="Slettebeviset findes ikke")


class MediumNotEncrypted(Invalid):
    """A copy that can be carried away must be encrypted (requirements 1.1, HAN-MG)."""

    slug = "medium-not-encrypted"
    title = Text(
        sv="En kopia på ett flyttbart medium måste vara krypterad",
        en="A copy on a medium that can be carried away must be encrypted",
        da="En kopi på et flytbart medium skal være krypteret",
    )

    def __init__(self) -> None:
        super().__init__(errors=[FieldError(pointer="#/isEncrypted", detail=self.title, code="not_encrypted")])


class DatesBackwards(Invalid):
    slug = "copy-dates-backwards"
    title = Text(
        sv="Kopian kan inte gallras innan den gjordes",
        en="A copy cannot be purged before it was made",
        da="En kopi kan ikke slettes, før den blev lavet",
    )

    def __init__(self, field: str) -> None:
        super().__init__(errors=[FieldError(pointer=f"#/{field}", detail=self.title, code="backwards")])


class AlreadyPurged(Conflict):
    slug = "copy-already-purged"
    title = Text(
        sv="Kopian eller miljön är redan gallrad",
        en="The copy or environment is purged already",
        da="Kopien eller miljøet er allerede slettet",
    )


class NameTaken(Conflict):
    slug = "migration-environment-name-taken"
    title = Text(
        sv="En miljö i projektet heter redan så",
        en="An environment of the project has this name already",
        da="Et miljø i projektet hedder allerede sådan",
    )


class RunElsewhere(Invalid):
    slug = "copy-run-elsewhere"
    title = Text(
        sv="Körningen finns inte i projektet", en="The run is not in the project", da="Kørslen findes ikke i projektet"
    )

    def __init__(self) -> None:
        super().__init__(errors=[FieldError(pointer="#/runId", detail=self.title, code="unknown")])


class CopiesOpen(Conflict):
    """No certificate while copies or environments with live data are left; `open` names each."""

    slug = "copies-open"
    title = Text(sv="Kopior är inte gallrade än", en="Copies are not purged yet", da="Kopier er ikke slettet endnu")

    def __init__(self, copies: Sequence[UUID], environments: Sequence[UUID]) -> None:
        count = len(copies) + len(environments)
        super().__init__(
            Text(
                sv=f"{count} kopior eller miljöer återstår; gallra dem och ange bevis",
                en=f"{count} copies or environments are left; purge them and give proof",
                da=f"{count} kopier eller miljøer er tilbage; slet dem og angiv bevis",
            ),
            open={"copies": [str(each) for each in copies], "environments": [str(each) for each in environments]},
        )
