"""The closed word lists of a plan (requirements section 0). Codes travel; the words that people read are texts."""

from enum import StrEnum

RECHECK = "gates.recheck"
"""The job that judges a project's gates again where no event says that a fact has changed."""


class PartySide(StrEnum):
    """Whose row it is. `joint` is customer and supplier together."""

    customer = "customer"
    supplier = "supplier"
    joint = "joint"
    third_party = "third_party"
    programme = "programme"


class SchoolForm(StrEnum):
    """The school forms of the Swedish sources."""

    preschool = "preschool"
    compulsory = "compulsory"
    leisure = "leisure"
    upper_secondary = "upper_secondary"
    adult = "adult"


class ActivityKind(StrEnum):
    task = "task"
    milestone = "milestone"
    meeting = "meeting"
    decision = "decision"
    approval = "approval"
    training = "training"
    deliverable = "deliverable"


class ActivityState(StrEnum):
    planned = "planned"
    started = "started"
    done = "done"
    cancelled = "cancelled"


class DependencyType(StrEnum):
    """How a link binds two activities: finish or start of the first, to start or finish of the second."""

    fs = "FS"
    ss = "SS"
    ff = "FF"
    sf = "SF"


class Raci(StrEnum):
    """What a participant is to an activity: does it, answers for it, is asked, is told."""

    responsible = "R"
    accountable = "A"
    consulted = "C"
    informed = "I"


class Modality(StrEnum):
    """How binding a row or a direction decision is [ska, bör, kan; skal, kan]."""

    must = "must"
    should = "should"
    may = "may"


class PlanState(StrEnum):
    """How far a plan is agreed: the supplier proposes, the customer approves (X-AGREE)."""

    draft = "draft"
    proposed = "proposed"
    approved = "approved"


class LifecycleStage(StrEnum):
    """First the project introduces the platform; afterwards the ordinary organisation runs and develops it."""

    implementation = "implementation"
    management = "management"


class CriterionKind(StrEnum):
    """What a gate criterion reads. All but `attestation` are facts that no person can set by hand."""

    activity_done = "activity_done"
    roster_applied = "roster_applied"
    training_coverage = "training_coverage"
    attestation = "attestation"
    decision_taken = "decision_taken"
    survey_score = "survey_score"
    copylog_empty = "copylog_empty"
    risk_below = "risk_below"
    sync_verified = "sync_verified"
    login_verified = "login_verified"
    goal_ready = "goal_ready"
    meeting_held = "meeting_held"
    training_ready = "training_ready"


class FactKind(StrEnum):
    """The signals that gates and risk triggers read, beside those of training and sync's applied registers.

    What stands in `Signal.key` and `Signal.value` of each, to be kept to by whoever tells it. Source `projects`, per
    project:

    - `decision_taken`, key: the decision's key, value: `{"taken": bool, "decisionId": str}`
    - `decision_overdue`, value: `{"overdue": int}`, decisions past due
    - `survey_score`, key: the survey's key, value: `{"score": number, "responses": int}`, score null before any answer
    - `goal_ready`, value: `{"goals": int, "ready": int}`; and with a goal's source reference as key for that goal
    - `meeting_held`, key: the body's key, value: `{"held": int, "missed": int}`
    - `copylog_empty`, value: `{"open": int, "overdue": int}`, copies and environments that hold live data
    - `risk_level`, key: an area, empty for all, value: `{"highest": level or null, "unassessed": int}`

    Of other services, about the tenant or a unit:

    - `sync_verified` of sync, value: `{"days": int, "drift": int}`, days in a row and rows missing, stale or double;
      with `registerOk`, `platformOk`, `reasons`, and of the tenant `units`, `unitsHeld`, `worstUnitId`
    - `login_verified` of identity, key: the login method, value: `{"verified": bool, "acr": str}`
    - `attendance` of training, key: the role, value: `{"invited", "attended", "noShow", "unmarked": int}`
    - `missed` of training, key: the role, value: `{"missed": int}`, who stayed away and has no later seat
    - `accounts_missing` of training, key: the role, value: `{"trained", "granted", "missing", "pending",
      "unknown": int, "source": str}`, trained people by what the platform showed of their access
    - `key_persons` of training, value: `{"appointed", "trained", "unbooked", "withoutTime", "units", "missing", "red":
      int, "goesLiveOn": date or null}`; of the tenant `missing` and `red` count units
    - `trainer_capacity` of training, value: `{"sessions", "withoutTrainer", "unavailable", "withoutBackup": int}`
    - `course_demand` of training, key: the course, value: `{"waiting", "free": int}`
    - `guardian_stage` of sync or identity, value: `{"open": bool, "contentPercent": number}`
    """

    decision_taken = "decision_taken"
    decision_overdue = "decision_overdue"
    survey_score = "survey_score"
    goal_ready = "goal_ready"
    meeting_held = "meeting_held"
    copylog_empty = "copylog_empty"
    risk_level = "risk_level"
    sync_verified = "sync_verified"
    login_verified = "login_verified"
    attendance = "attendance"
    missed = "missed"
    accounts_missing = "accounts_missing"
    key_persons = "key_persons"
    trainer_capacity = "trainer_capacity"
    course_demand = "course_demand"
    guardian_stage = "guardian_stage"


class RiskLevel(StrEnum):
    """The one axis of the Swedish source, from little to grave [liten, medel, stor, allvarlig]; codes travel."""

    small = "small"
    medium = "medium"
    large = "large"
    severe = "severe"

    @property
    def rank(self) -> int:
        """Its place on the axis, 1 for the lowest."""
        return list(RiskLevel).index(self) + 1


class RiskTrigger(StrEnum):
    """The facts that can raise a risk by themselves (requirements 1.1, HAN-K; the coverage is ours)."""

    attendance_below = "attendance_below"
    trained_without_account = "trained_without_account"
    unpurged_copies = "unpurged_copies"
    guardians_before_content = "guardians_before_content"
    decision_overdue = "decision_overdue"
    assigned_hours_below_planned = "assigned_hours_below_planned"
    third_party_overdue = "third_party_overdue"
    training_coverage_below = "training_coverage_below"
    key_persons_without_time = "key_persons_without_time"


class DataClass(StrEnum):
    """How much protection data needs, lowest first (AU-S)."""

    ordinary = "ordinary"
    confidential = "confidential"
    sensitive = "sensitive"

    @property
    def rank(self) -> int:
        return list(DataClass).index(self)
