"""Everything together: what is held of persons, and which tables hold nothing of anybody."""

from collections.abc import Mapping

from shared.contracts.processing import identity, platform, projects, sync, training, webhooks
from shared.contracts.processing.holding import Holding

HOLDINGS: tuple[Holding, ...] = (
    *platform.HOLDINGS,
    *identity.HOLDINGS,
    *sync.HOLDINGS,
    *projects.HOLDINGS,
    *training.HOLDINGS,
    *webhooks.HOLDINGS,
)
_BY_KEY = {one.key: one for one in HOLDINGS}


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Tables without a word about anybody: of organisations, plans, keys, counts, settings. `*`: in every service.
IMPERSONAL: Mapping[str, frozenset[str]] = {
    "*": _names("outbox event_log feed_head feed_position parked_event assurance_rule retention_rule"),
    "identity": _names("""
        assurance_policy bootstrap_code certificate_notice client federation federation_entity federation_generation
        handover_policy identity_provider login_evidence login_log_setting login_method_state population_opening
        roster_position school_unit shared_issuer signing_key taken_decision tenant tenant_key
        """),
    "projects": _names("""
        action_item annual_wheel assessment_matrix baseline_item body calendar_exception consultation dependency
        deviation_cause evaluation gate_criterion goal_link indicator instantiation integration_step lesson
        meeting_series migration_flow migration_run need_card phase poll programme programme_membership
        programme_publication project_calendar project_party project_role published_template requirement risk_measure
        seat signal survey survey_definition survey_unit system_entry track transfer_destination unit unit_feed wave
        wheel_event wheel_occurrence
        """),
    "sync": _names("""
        activity evidence_key grace_policy login_scope planned_activity planned_school_group planned_teaching
        planned_unit roster_head roster_version run_feedback school_group source_subscription
        statistics_template teaching unit upload_part verification_state
        """),
    "training": _names("""
        absence_cap access_policy attendance_policy cascade catch_up catch_up_policy course coverage curriculum
        curriculum_module feedback_form free_seat issuer_key issuer_profile mail_rule mail_template plan
        platform_sight prerequisite record_store room roster_position session session_choice session_date session_door
        substitute_rate training_signal unit wave wave_unit
        """),
    "webhooks": _names("event_position"),
}


def holding(key: str) -> Holding | None:
    """The holding of this key."""
    return _BY_KEY.get(key)


def holdings_of(service: str) -> tuple[Holding, ...]:
    """What a service holds, the tables that all have included."""
    return tuple(one for one in HOLDINGS if one.service in (service, "*"))
