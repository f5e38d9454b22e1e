"""What every service holds in the tables that all of them share."""

from shared.contracts.processing.holding import Ground, Holding, Keep, What, Whom
from shared.kit.text import Text

_EVERYBODY = tuple(Whom)

HOLDINGS = (
    Holding(
        key="platform.answers",
        service="*",
        tables=("idempotency",),
        title=Text(sv="Svar för omsändning", en="Answers kept for replay", da="Svar til gentagelse"),
        purpose=Text(
            sv="Ett anrop som skickas om ska inte göra samma sak två gånger",
            en="A call that is sent again must not do the same twice",
            da="Et kald, der sendes igen, må ikke gøre det samme to gange",
        ),
        whom=_EVERYBODY,
        what=(What.names, What.contact, What.placement),
        data_class="confidential",
        ground=Ground.public_task,
        keep=Keep(until=Text(sv="ett dygn", en="one day", da="et døgn"), days=1, done_by="housekeeping"),
        on_erasure="deleted",
    ),
    Holding(
        key="platform.jobs",
        service="*",
        tables=("job",),
        title=Text(sv="Jobb", en="Jobs", da="Job"),
        purpose=Text(sv="Långa arbeten följs", en="Long work is followed", da="Langt arbejde følges"),
        whom=(Whom.staff, Whom.suppliers),
        what=(What.ids,),
        data_class="ordinary",
        ground=Ground.public_task,
        keep=Keep(
            until=Text(sv="90 dagar efter slutet", en="90 days after the end", da="90 dage efter afslutning"),
            days=90,
            done_by="housekeeping",
        ),
        on_erasure="kept",
    ),
    Holding(
        key="platform.journal",
        service="*",
        tables=("journal_entry", "journal_image", "journal_seal"),
        title=Text(sv="Journal", en="Journal", da="Journal"),
        purpose=Text(
            sv="Vem gjorde vad, när och varför ska kunna visas i efterhand",
            en="Who did what, when and why must be answerable later",
            da="Hvem gjorde hvad, hvornår og hvorfor skal kunne vises",
        ),
        whom=(Whom.staff, Whom.suppliers),
        what=(What.ids,),
        data_class="confidential",
        ground=Ground.legal_duty,
        keep=Keep(
            until=Text(
                sv="gallras inte; innehåller id:n, inga namn",
                en="never purged; holds ids, no names",
                da="slettes ikke; indeholder id'er, ingen navne",
            ),
            done_by="append-only",
        ),
        on_erasure="kept",
    ),
    Holding(
        key="platform.cutoffs",
        service="*",
        tables=("access_cutoff",),
        title=Text(sv="Stängda åtkomster", en="Removed access", da="Fjernet adgang"),
        purpose=Text(
            sv="En borttagen behörighet ska sluta gälla inom en minut",
            en="A removed right must end within a minute",
            da="En fjernet rettighed skal ophøre inden for et minut",
        ),
        whom=(Whom.staff, Whom.suppliers),
        what=(What.ids,),
        data_class="ordinary",
        ground=Ground.legal_duty,
        keep=Keep(
            until=Text(sv="tills äldre biljetter gått ut", en="until older tokens expired", da="til de er udløbet"),
            done_by="the next removal",
        ),
        on_erasure="kept",
    ),
    Holding(
        key="platform.files",
        service="*",
        tables=("stored_file", "stored_file_chunk", "file_copy_log"),
        title=Text(sv="Krypterade filer", en="Encrypted files", da="Krypterede filer"),
        purpose=Text(
            sv="Leveranser, paket, bilagor och utdrag, var och en med egen gallringstid och rad i kopieloggen",
            en="Deliveries, packages, attachments and exports, each with its own time and a line in the log of copies",
            da="Leverancer, pakker, bilag og udtræk, hver med egen slettefrist og linje i kopiloggen",
        ),
        whom=_EVERYBODY,
        what=(What.files,),
        data_class="sensitive",
        ground=Ground.public_task,
        keep=Keep(
            until=Text(
                sv="filens egen tid; sedan förstörs nyckeln",
                en="the file's own time; then its key is destroyed",
                da="filens egen frist; derefter destrueres nøglen",
            ),
            done_by="copy-sweep",
        ),
        on_erasure="deleted",
    ),
)
