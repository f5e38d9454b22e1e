"""What projects holds of persons: who answers for what, and free text."""

from shared.contracts.processing.holding import Ground, Holding, Keep, Purge, What, Whom
from shared.kit.text import Text

_PEOPLE = (Whom.staff, Whom.suppliers)

HOLDINGS = (
    Holding(
        key="projects.duties",
        service="projects",
        tables=(
            "activity",
            "activity_participation",
            "agenda_item",
            "role_assignment",
            "seat_membership",
            "data_request",
            "deviation",
            "goal",
            "risk",
        ),
        title=Text(sv="Vem som ansvarar för vad", en="Who answers for what", da="Hvem der svarer for hvad"),
        purpose=Text(
            sv="Införandet ska ledas; uppgifter och roller har ägare",
            en="The rollout is led; tasks and roles have owners",
            da="Udrulningen ledes; opgaver og roller har ejere",
        ),
        whom=_PEOPLE,
        what=(What.ids, What.free_text),
        data_class="ordinary",
        ground=Ground.public_task,
        keep=Keep(
            until=Text(
                sv="så länge projektet finns eller tills personen raderas",
                en="as long as the project exists, or until the person is erased",
                da="så længe projektet findes, eller til personen slettes",
            ),
            done_by="person-erasures",
        ),
        on_erasure="anonymised",
    ),
    Holding(
        key="projects.decisions",
        service="projects",
        tables=(
            "attachment",
            "attestation",
            "baseline",
            "change_request",
            "consultation_response",
            "copy_log_entry",
            "data_request_unit",
            "decision",
            "escalation",
            "function_usage",
            "gate",
            "gate_transition",
            "gate_waiver",
            "integration",
            "integration_verification",
            "matrix_assessment",
            "measurement",
            "meeting",
            "migration_check",
            "migration_environment",
            "plan_import",
            "plan_step",
            "plan_text",
            "project",
            "purge_certificate",
            "risk_acceptance",
            "risk_assessment",
            "risk_matrix",
            "risk_proposal",
            "status_report",
            "wave_member",
        ),
        title=Text(
            sv="Beslut, protokoll och bedömningar",
            en="Decisions, minutes and assessments",
            da="Beslutninger, referater og vurderinger",
        ),
        purpose=Text(
            sv="Vem som beslutade vad ska framgå av handlingarna",
            en="The records show who decided what",
            da="Det fremgår af dokumenterne, hvem der besluttede hvad",
        ),
        whom=_PEOPLE,
        what=(What.ids, What.free_text),
        data_class="ordinary",
        ground=Ground.legal_duty,
        keep=Keep(
            until=Text(
                sv="allmänna handlingar; arkivlagen och myndighetens gallringsplan gäller",
                en="public records; archive law and the authority's own plan of disposal apply",
                da="offentlige dokumenter; arkivloven og myndighedens egne regler gælder",
            ),
            done_by="the authority's archive",
        ),
        on_erasure="kept",
    ),
    Holding(
        key="projects.notices",
        service="projects",
        tables=("notification_preference", "notice_mail", "sent_notice"),
        title=Text(sv="Aviseringar", en="Notices", da="Beskeder"),
        purpose=Text(
            sv="Den som vill får påminnelser per e-post, en gång",
            en="Whoever wants gets reminders by mail, once",
            da="Den, der ønsker det, får påmindelser på mail, én gang",
        ),
        whom=_PEOPLE,
        what=(What.contact, What.ids),
        data_class="ordinary",
        ground=Ground.public_task,
        keep=Keep(
            until=Text(
                sv="adressen tills den tas bort; utskicken i så många dagar",
                en="the address until it is removed; what was sent for so many days",
                da="adressen til den fjernes; det sendte i så mange dage",
            ),
            days=400,
            least=90,
            most=1825,
            done_by="retention-purge",
            purges=(
                Purge(
                    "sent_notice",
                    "EXISTS (SELECT FROM notice_mail m WHERE m.tenant_id = sent_notice.tenant_id"
                    " AND m.id = sent_notice.mail_id AND m.created_at < :before)",
                ),
                Purge(
                    "notice_mail",
                    "created_at < :before AND state NOT IN ('waiting', 'sending')"
                    " AND NOT EXISTS (SELECT FROM sent_notice s"
                    " WHERE s.tenant_id = notice_mail.tenant_id AND s.mail_id = notice_mail.id)",
                ),
            ),
        ),
        on_erasure="deleted",
    ),
    Holding(
        key="projects.surveys",
        service="projects",
        tables=("survey_response", "survey_comment", "ballot", "ballot_box", "poll_vote"),
        title=Text(sv="Enkäter", en="Surveys", da="Spørgeskemaer"),
        purpose=Text(
            sv="Effekten av införandet ska kunna mätas; anonyma svar kan inte härledas",
            en="The effect of the rollout can be measured; anonymous answers cannot be traced",
            da="Effekten af udrulningen kan måles; anonyme svar kan ikke spores",
        ),
        whom=_PEOPLE,
        what=(What.free_text, What.ids),
        data_class="confidential",
        ground=Ground.public_task,
        keep=Keep(
            until=Text(
                sv="fritextsvar i så många dagar efter att enkäten stängt; siffror kvar",
                en="comments for so many days after the survey closed; figures stay",
                da="fritekst i så mange dage efter lukning; tal bevares",
            ),
            days=730,
            least=30,
            most=3650,
            done_by="retention-purge",
            purges=(
                Purge(
                    "survey_comment",
                    "EXISTS (SELECT FROM survey v WHERE v.tenant_id = survey_comment.tenant_id"
                    " AND v.id = survey_comment.survey_id AND v.closed_at < :before)",
                ),
            ),
        ),
        on_erasure="anonymised",
    ),
    Holding(
        key="projects.links",
        service="projects",
        tables=("calendar_feed", "share_link"),
        title=Text(sv="Kalender- och delningslänkar", en="Calendar and share links", da="Kalender- og delingslinks"),
        purpose=Text(
            sv="Planen syns i den egna kalendern eller hos den den delas med",
            en="The plan shows in one's own calendar, or with whom it is shared",
            da="Planen vises i ens egen kalender eller hos dem, den deles med",
        ),
        whom=_PEOPLE,
        what=(What.ids,),
        data_class="ordinary",
        ground=Ground.public_task,
        keep=Keep(
            until=Text(
                sv="tills de återkallas, sedan så många dagar",
                en="until they are revoked, then so many days",
                da="til de tilbagekaldes, derefter så mange dage",
            ),
            days=400,
            least=30,
            most=1825,
            done_by="retention-purge",
            purges=(
                Purge("calendar_feed", "revoked_at < :before"),
                Purge("share_link", "coalesce(revoked_at, expires_at) < :before"),
            ),
        ),
        on_erasure="deleted",
    ),
)
