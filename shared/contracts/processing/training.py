"""What training holds of persons."""

from shared.contracts.processing.holding import Ground, Holding, Keep, Purge, What, Whom
from shared.kit.text import Text

_STAFF = (Whom.staff,)

HOLDINGS = (
    Holding(
        key="training.staff",
        service="training",
        tables=("person", "duty", "appointment", "platform_account", "platform_login", "mail_address", "mail_choice"),
        title=Text(sv="Personal", en="Staff", da="Ansatte"),
        purpose=Text(
            sv="Rätt personal ska kallas till rätt utbildning",
            en="The right staff are called to the right training",
            da="De rette ansatte indkaldes til de rette kurser",
        ),
        whom=_STAFF,
        what=(What.names, What.contact, What.placement, What.protected, What.events),
        data_class="confidential",
        ground=Ground.public_task,
        keep=Keep(
            until=Text(sv="så länge anställningen varar", en="as long as the duty lasts", da="mens ansættelsen varer"),
            done_by="roster.follow",
        ),
        on_erasure="deleted",
    ),
    Holding(
        key="training.records",
        service="training",
        tables=(
            "enrolment",
            "enrolment_told",
            "attendance",
            "attendance_close",
            "attendance_roll",
            "completion",
            "certificate",
            "obligation",
            "attestation",
            "mentorship",
            "session_trainer",
            "plan_seat",
            "plan_session",
            "availability",
            "statement",
        ),
        title=Text(sv="Utbildning och intyg", en="Training and certificates", da="Kurser og beviser"),
        purpose=Text(
            sv="Visa att personalen är utbildad innan skolan går i drift",
            en="Show that the staff are trained before the school goes live",
            da="Vise, at de ansatte er uddannet, før skolen går i drift",
        ),
        whom=_STAFF,
        what=(What.training, What.ids),
        data_class="ordinary",
        ground=Ground.public_task,
        keep=Keep(
            until=Text(
                sv="tills personen raderas; närvaro kvar som antal",
                en="until the person is erased; attendance stays as numbers",
                da="til personen slettes; fremmøde bevares som antal",
            ),
            done_by="person-erasures",
        ),
        on_erasure="anonymised",
    ),
    Holding(
        key="training.marks",
        service="training",
        tables=("attendance_mark",),
        title=Text(sv="Närvaromarkeringar", en="Marks of attendance", da="Fremmødemarkeringer"),
        purpose=Text(
            sv="Underlaget till närvaron ska kunna prövas",
            en="What attendance was told from can be checked",
            da="Grundlaget for fremmødet kan efterprøves",
        ),
        whom=_STAFF,
        what=(What.training, What.events),
        data_class="ordinary",
        ground=Ground.public_task,
        keep=Keep(
            until=Text(sv="dagar efter markeringen", en="days after the mark", da="dage efter markeringen"),
            days=400,
            least=90,
            most=1825,
            done_by="retention-purge",
            purges=(Purge("attendance_mark", "received_at < :before"),),
        ),
        on_erasure="deleted",
    ),
    Holding(
        key="training.mails",
        service="training",
        tables=("mail", "invitation", "session_message"),
        title=Text(sv="Kallelser och utskick", en="Invitations and mails", da="Indkaldelser og mails"),
        purpose=Text(
            sv="Deltagare ska få kallelser, ändringar och påminnelser en gång",
            en="Participants get invitations, changes and reminders, once",
            da="Deltagere får indkaldelser, ændringer og påmindelser én gang",
        ),
        whom=_STAFF,
        what=(What.ids, What.free_text),
        data_class="ordinary",
        ground=Ground.public_task,
        keep=Keep(
            until=Text(sv="dagar efter tillfället", en="days after the session", da="dage efter kurset"),
            days=400,
            least=30,
            most=1825,
            done_by="retention-purge",
            purges=(
                Purge(
                    "mail",
                    "state NOT IN ('waiting', 'sending') AND created_at < :before"
                    " AND NOT EXISTS (SELECT FROM invitation i"
                    " WHERE i.tenant_id = mail.tenant_id AND i.enrolment_id = mail.enrolment_id"
                    " AND i.ends_at >= :before)",
                ),
                Purge(
                    "session_message",
                    "created_at < :before AND NOT EXISTS (SELECT FROM mail m"
                    " WHERE m.tenant_id = session_message.tenant_id AND m.message_id = session_message.id)",
                ),
                Purge(
                    "invitation",
                    "ends_at < :before AND remind_at IS NULL AND NOT EXISTS (SELECT FROM mail m"
                    " WHERE m.tenant_id = invitation.tenant_id AND m.enrolment_id = invitation.enrolment_id)",
                ),
            ),
        ),
        on_erasure="deleted",
    ),
    Holding(
        key="training.feeds",
        service="training",
        tables=("calendar_feed",),
        title=Text(sv="Kalenderlänkar", en="Calendar feeds", da="Kalenderlinks"),
        purpose=Text(
            sv="Den egna kalendern visar utbildningarna",
            en="One's own calendar shows the sessions",
            da="Ens egen kalender viser kurserne",
        ),
        whom=_STAFF,
        what=(What.ids,),
        data_class="ordinary",
        ground=Ground.public_task,
        keep=Keep(
            until=Text(sv="tills de återkallas", en="until they are revoked", da="til de tilbagekaldes"),
            days=400,
            least=30,
            most=1825,
            done_by="retention-purge",
            purges=(Purge("calendar_feed", "revoked_at < :before"),),
        ),
        on_erasure="deleted",
    ),
    Holding(
        key="training.feedback",
        service="training",
        tables=("feedback_box",),
        title=Text(sv="Kursutvärdering", en="Course feedback", da="Kursevaluering"),
        purpose=Text(
            sv="Kurserna ska bli bättre; ingen ska kunna se vem som svarat vad",
            en="Courses get better; nobody can see who answered what",
            da="Kurserne bliver bedre; ingen kan se, hvem der svarede hvad",
        ),
        whom=_STAFF,
        what=(What.free_text,),
        data_class="ordinary",
        ground=Ground.public_task,
        keep=Keep(
            until=Text(
                sv="anonyma från början, i omgångar om minst fem",
                en="anonymous from the start, in batches of five or more",
                da="anonyme fra starten, i portioner på mindst fem",
            ),
            done_by="feedback.gather",
        ),
        on_erasure="kept",
    ),
)
