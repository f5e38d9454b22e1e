"""What identity holds of persons."""

from shared.contracts.processing.holding import Ground, Holding, Keep, Purge, What, Whom
from shared.kit.text import Text

_EVERYBODY = tuple(Whom)
_WITH_ACCOUNT = Text(
    sv="så länge kontot finns; det följer registret",
    en="as long as the account exists; it follows the roster",
    da="så længe kontoen findes; den følger registret",
)

HOLDINGS = (
    Holding(
        key="identity.accounts",
        service="identity",
        tables=(
            "account",
            "account_login",
            "account_alternative",
            "alternative_request",
            "membership",
            "duty",
            "person_tie",
            "break_glass",
        ),
        title=Text(sv="Konton och behörigheter", en="Accounts and rights", da="Konti og rettigheder"),
        purpose=Text(
            sv="Rätt person ska komma in med rätt behörighet",
            en="The right person gets in with the right permissions",
            da="Den rette person kommer ind med de rette rettigheder",
        ),
        whom=_EVERYBODY,
        what=(What.names, What.logins, What.placement, What.family, What.protected),
        data_class="confidential",
        ground=Ground.public_task,
        keep=Keep(until=_WITH_ACCOUNT, done_by="roster.follow, person-erasures"),
        on_erasure="deleted",
    ),
    Holding(
        key="identity.logins",
        service="identity",
        tables=("login_log", "login_failure"),
        title=Text(sv="Logg över inloggningar", en="Log of logins", da="Log over login"),
        purpose=Text(
            sv="Missbruk och fel ska kunna utredas",
            en="Misuse and faults can be looked into",
            da="Misbrug og fejl kan undersøges",
        ),
        whom=_EVERYBODY,
        what=(What.events, What.ids),
        data_class="confidential",
        ground=Ground.legal_duty,
        keep=Keep(
            until=Text(sv="kundens antal dagar", en="the tenant's number of days", da="kundens antal dage"),
            days=400,
            least=30,
            most=3650,
            set_at="/identity/v1/login-log-settings",
            done_by="login_log.expire",
        ),
        on_erasure="anonymised",
    ),
    Holding(
        key="identity.sessions",
        service="identity",
        tables=(
            "sso_session",
            "session_client",
            "refresh_family",
            "refresh_token",
            "authorization_code",
            "login_request",
            "pushed_request",
            "device_grant",
            "device_guess",
            "logout",
            "logout_delivery",
            "assertion_replay",
            "used_assertion",
        ),
        title=Text(sv="Sessioner och pågående inloggningar", en="Sessions and logins under way", da="Sessioner"),
        purpose=Text(
            sv="En inloggning ska gälla så länge den får och inte längre",
            en="A login is good for as long as it may be, and no longer",
            da="Et login gælder, så længe det må, og ikke længere",
        ),
        whom=_EVERYBODY,
        what=(What.events, What.ids),
        data_class="confidential",
        ground=Ground.public_task,
        keep=Keep(
            until=Text(sv="tills de gått ut", en="until they expire", da="til de udløber"), done_by="tokens.prune"
        ),
        on_erasure="deleted",
    ),
    Holding(
        key="identity.trials",
        service="identity",
        tables=("login_trial",),
        title=Text(sv="Provinloggningar", en="Trials of login methods", da="Prøvelogin"),
        purpose=Text(
            sv="Varje inloggningsmetod ska vara prövad innan den öppnas",
            en="Every login method is tried before it opens",
            da="Hver loginmetode er prøvet, før den åbnes",
        ),
        whom=(Whom.staff,),
        what=(What.ids, What.events),
        data_class="confidential",
        ground=Ground.public_task,
        keep=Keep(
            until=Text(sv="beviset raderas efter sin tid", en="evidence goes after its time", da="beviset slettes"),
            done_by="trials.forget",
        ),
        on_erasure="anonymised",
    ),
    Holding(
        key="identity.cases",
        service="identity",
        tables=("link_case", "handover", "break_glass_use"),
        title=Text(
            sv="Avgjorda kopplingar och överlämningar",
            en="Decided links and handovers",
            da="Afgjorte koblinger og overdragelser",
        ),
        purpose=Text(
            sv="Det ska gå att se varför någon fick ett konto eller en roll",
            en="Why somebody got an account or a role can be seen",
            da="Man kan se, hvorfor nogen fik en konto eller en rolle",
        ),
        whom=(Whom.staff, Whom.suppliers),
        what=(What.ids, What.free_text),
        data_class="confidential",
        ground=Ground.legal_duty,
        keep=Keep(
            until=Text(sv="dagar efter beslutet", en="days after the decision", da="dage efter beslutningen"),
            days=400,
            least=90,
            most=3650,
            done_by="retention-purge",
            purges=(
                Purge("link_case", "state <> 'open' AND decided_at < :before"),
                Purge("handover", "state <> 'offered' AND decided_at < :before"),
            ),
        ),
        on_erasure="deleted",
    ),
    Holding(
        key="identity.scopes",
        service="identity",
        tables=("login_scope",),
        title=Text(sv="Vem som angett inställningar", en="Who made settings", da="Hvem der har valgt indstillinger"),
        purpose=Text(sv="Spårbarhet", en="Accountability", da="Sporbarhed"),
        whom=(Whom.staff, Whom.suppliers),
        what=(What.ids,),
        data_class="ordinary",
        ground=Ground.legal_duty,
        keep=Keep(
            until=Text(sv="så länge inställningen gäller", en="as long as the setting holds", da="så længe den gælder"),
            done_by="login_scopes_delete",
        ),
        on_erasure="kept",
    ),
)
