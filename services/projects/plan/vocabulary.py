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
