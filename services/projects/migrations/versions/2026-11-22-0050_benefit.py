"""Add goals, measurements, data requests, surveys and deviations.

A baseline is over before the first actual of its indicator and scope begins. The service says so with words; the
trigger holds it for every writer, with the indicator locked, so that two at once cannot each miss the other.
"""

from alembic import op

from shared.kit.history import journaled, no_longer_journaled
from shared.kit.migrations import protect

revision = "2026_11_22_0050"
down_revision = "2026_11_22_0045"
branch_labels = None
depends_on = None

TABLES = {
    "ballot_box": """
    CREATE TABLE ballot_box (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        salt text NOT NULL,
        CONSTRAINT pk_ballot_box PRIMARY KEY (tenant_id, id)
    )""",
    "ballot": """
    CREATE TABLE ballot (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        box_id uuid NOT NULL,
        token text NOT NULL,
        CONSTRAINT pk_ballot PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_ballot_tenant_id_box_id
            FOREIGN KEY (tenant_id, box_id) REFERENCES ballot_box (tenant_id, id),
        CONSTRAINT uq_ballot_tenant_id_box_id_token UNIQUE (tenant_id, box_id, token)
    )""",
    "goal": """
    CREATE TABLE goal (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        kind text NOT NULL,
        perspective jsonb,
        position integer NOT NULL,
        title jsonb NOT NULL,
        measure jsonb,
        note jsonb,
        source_uncertain jsonb,
        source_ref text,
        owner_role text,
        owner_id uuid,
        inform_role text,
        state text NOT NULL,
        informed_at timestamptz,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_goal PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_goal_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT ck_goal_kind CHECK (kind IN ('vision', 'programme', 'project', 'effect')),
        CONSTRAINT ck_goal_state CHECK (state IN ('active', 'reached', 'unreachable', 'dropped')),
        CONSTRAINT uq_goal_tenant_id_project_id_source_ref UNIQUE (tenant_id, project_id, source_ref)
    )""",
    "goal_link": """
    CREATE TABLE goal_link (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        project_goal_id uuid NOT NULL,
        effect_goal_id uuid NOT NULL,
        CONSTRAINT pk_goal_link PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_goal_link_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT fk_goal_link_tenant_id_project_goal_id
            FOREIGN KEY (tenant_id, project_goal_id) REFERENCES goal (tenant_id, id),
        CONSTRAINT fk_goal_link_tenant_id_effect_goal_id
            FOREIGN KEY (tenant_id, effect_goal_id) REFERENCES goal (tenant_id, id),
        CONSTRAINT uq_goal_link_pair UNIQUE (tenant_id, project_goal_id, effect_goal_id)
    )""",
    "indicator": """
    CREATE TABLE indicator (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        goal_id uuid NOT NULL,
        source_ref text,
        title jsonb NOT NULL,
        unit text NOT NULL,
        direction text NOT NULL,
        scope text NOT NULL,
        counts_persons boolean NOT NULL,
        numerator text,
        denominator text,
        method text,
        schedule text,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_indicator PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_indicator_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT fk_indicator_tenant_id_goal_id
            FOREIGN KEY (tenant_id, goal_id) REFERENCES goal (tenant_id, id),
        CONSTRAINT ck_indicator_direction CHECK (direction IN ('up', 'down')),
        CONSTRAINT ck_indicator_scope CHECK (scope IN ('project', 'unit')),
        CONSTRAINT uq_indicator_tenant_id_project_id_source_ref UNIQUE (tenant_id, project_id, source_ref)
    )""",
    "measurement": """
    CREATE TABLE measurement (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        indicator_id uuid NOT NULL,
        unit_id uuid,
        kind text NOT NULL,
        period_start date NOT NULL,
        period_end date NOT NULL,
        value numeric(18, 4) NOT NULL,
        n integer,
        source text NOT NULL,
        recorded_by uuid,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_measurement PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_measurement_tenant_id_indicator_id
            FOREIGN KEY (tenant_id, indicator_id) REFERENCES indicator (tenant_id, id),
        CONSTRAINT fk_measurement_tenant_id_unit_id
            FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id),
        CONSTRAINT ck_measurement_kind CHECK (kind IN ('baseline', 'target', 'actual')),
        CONSTRAINT ck_measurement_period CHECK (period_start <= period_end),
        CONSTRAINT ck_measurement_n CHECK (n >= 0)
    )""",
    "data_request": """
    CREATE TABLE data_request (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        title text NOT NULL,
        indicator_id uuid,
        question text,
        period_start date,
        period_end date,
        due date NOT NULL,
        follow_up_due date NOT NULL,
        feedback_due date NOT NULL,
        owner_id uuid,
        follow_up text NOT NULL,
        followed_up_at timestamptz,
        feedback text NOT NULL,
        feedback_at timestamptz,
        closed_at timestamptz,
        overdue_told_at timestamptz,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_data_request PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_data_request_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT fk_data_request_tenant_id_indicator_id
            FOREIGN KEY (tenant_id, indicator_id) REFERENCES indicator (tenant_id, id),
        CONSTRAINT ck_data_request_asks CHECK ((indicator_id IS NULL) <> (question IS NULL)),
        CONSTRAINT ck_data_request_period CHECK ((indicator_id IS NULL) = (period_start IS NULL)),
        CONSTRAINT ck_data_request_span
            CHECK ((period_start IS NULL) = (period_end IS NULL) AND period_start <= period_end),
        CONSTRAINT ck_data_request_order CHECK (due <= follow_up_due AND follow_up_due <= feedback_due),
        CONSTRAINT ck_data_request_answered
            CHECK (closed_at IS NULL OR (followed_up_at IS NOT NULL AND feedback_at IS NOT NULL))
    )""",
    "data_request_unit": """
    CREATE TABLE data_request_unit (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        request_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        answer text NOT NULL,
        answered_at timestamptz,
        answered_by uuid,
        CONSTRAINT pk_data_request_unit PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_data_request_unit_tenant_id_request_id
            FOREIGN KEY (tenant_id, request_id) REFERENCES data_request (tenant_id, id),
        CONSTRAINT fk_data_request_unit_tenant_id_unit_id
            FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id),
        CONSTRAINT uq_data_request_unit_tenant_id_request_id_unit_id UNIQUE (tenant_id, request_id, unit_id)
    )""",
    "deviation_cause": """
    CREATE TABLE deviation_cause (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        key text NOT NULL,
        source_ref text,
        position integer NOT NULL,
        title jsonb NOT NULL,
        CONSTRAINT pk_deviation_cause PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_deviation_cause_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT uq_deviation_cause_tenant_id_project_id_key UNIQUE (tenant_id, project_id, key)
    )""",
    "deviation": """
    CREATE TABLE deviation (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        what text NOT NULL,
        symptom text NOT NULL,
        found_on date NOT NULL,
        unit_id uuid,
        indicator_id uuid,
        cause_key text,
        analysis text NOT NULL,
        correction text NOT NULL,
        activity_id uuid,
        effect_check text NOT NULL,
        is_effective boolean,
        effect_checked_at timestamptz,
        owner_id uuid,
        reported_by uuid,
        reported_side text NOT NULL,
        is_shared boolean NOT NULL,
        closed_at timestamptz,
        closed_by uuid,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_deviation PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_deviation_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT fk_deviation_tenant_id_unit_id
            FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id),
        CONSTRAINT fk_deviation_tenant_id_indicator_id
            FOREIGN KEY (tenant_id, indicator_id) REFERENCES indicator (tenant_id, id),
        CONSTRAINT fk_deviation_tenant_id_activity_id
            FOREIGN KEY (tenant_id, activity_id) REFERENCES activity (tenant_id, id),
        CONSTRAINT ck_deviation_reported_side
            CHECK (reported_side IN ('customer', 'supplier', 'joint', 'third_party', 'programme')),
        CONSTRAINT ck_deviation_closable
            CHECK (closed_at IS NULL OR (cause_key IS NOT NULL AND effect_checked_at IS NOT NULL))
    )""",
    "survey_definition": """
    CREATE TABLE survey_definition (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        key text NOT NULL,
        revision integer NOT NULL,
        title jsonb NOT NULL,
        source text NOT NULL,
        source_ref text,
        source_text text,
        respondent text NOT NULL,
        is_anonymous boolean NOT NULL,
        audience jsonb,
        scale_min integer NOT NULL,
        scale_max integer NOT NULL,
        questions jsonb NOT NULL,
        formula_version integer NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_survey_definition PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_survey_definition_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT ck_survey_definition_respondent CHECK (respondent IN ('unit', 'person')),
        CONSTRAINT ck_survey_definition_source CHECK (source IN ('template', 'startklar', 'own')),
        CONSTRAINT ck_survey_definition_scale CHECK (scale_min < scale_max),
        CONSTRAINT uq_survey_definition_tenant_id_project_id_key_revision
            UNIQUE (tenant_id, project_id, key, revision)
    )""",
    "survey": """
    CREATE TABLE survey (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        definition_id uuid NOT NULL,
        title jsonb NOT NULL,
        opens_on date NOT NULL,
        closes_on date NOT NULL,
        closed_at timestamptz,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_survey PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_survey_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT fk_survey_tenant_id_definition_id
            FOREIGN KEY (tenant_id, definition_id) REFERENCES survey_definition (tenant_id, id),
        CONSTRAINT ck_survey_time CHECK (opens_on <= closes_on)
    )""",
    "survey_unit": """
    CREATE TABLE survey_unit (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        survey_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        CONSTRAINT pk_survey_unit PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_survey_unit_tenant_id_survey_id
            FOREIGN KEY (tenant_id, survey_id) REFERENCES survey (tenant_id, id),
        CONSTRAINT fk_survey_unit_tenant_id_unit_id
            FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id),
        CONSTRAINT uq_survey_unit_tenant_id_survey_id_unit_id UNIQUE (tenant_id, survey_id, unit_id)
    )""",
    "survey_response": """
    CREATE TABLE survey_response (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        survey_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        is_unit boolean NOT NULL,
        respondent_id uuid,
        answered_at timestamptz,
        answers jsonb NOT NULL,
        CONSTRAINT pk_survey_response PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_survey_response_tenant_id_survey_id
            FOREIGN KEY (tenant_id, survey_id) REFERENCES survey (tenant_id, id),
        CONSTRAINT fk_survey_response_tenant_id_unit_id
            FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id)
    )""",
    "survey_comment": """
    CREATE TABLE survey_comment (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        survey_id uuid NOT NULL,
        unit_id uuid,
        question_key text NOT NULL,
        body text NOT NULL,
        CONSTRAINT pk_survey_comment PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_survey_comment_tenant_id_survey_id
            FOREIGN KEY (tenant_id, survey_id) REFERENCES survey (tenant_id, id),
        CONSTRAINT fk_survey_comment_tenant_id_unit_id
            FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id)
    )""",
    "poll": """
    CREATE TABLE poll (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        question jsonb NOT NULL,
        closes_on date NOT NULL,
        closed_at timestamptz,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_poll PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_poll_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id)
    )""",
    "poll_vote": """
    CREATE TABLE poll_vote (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        poll_id uuid NOT NULL,
        choice text NOT NULL,
        CONSTRAINT pk_poll_vote PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_poll_vote_tenant_id_poll_id
            FOREIGN KEY (tenant_id, poll_id) REFERENCES poll (tenant_id, id),
        CONSTRAINT ck_poll_vote_choice CHECK (choice IN ('yes', 'no', 'dont_know'))
    )""",
    "assessment_matrix": """
    CREATE TABLE assessment_matrix (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        key text NOT NULL,
        source_ref text,
        title jsonb NOT NULL,
        source_text text,
        areas jsonb NOT NULL,
        levels jsonb NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_assessment_matrix PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_assessment_matrix_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT uq_assessment_matrix_tenant_id_project_id_key UNIQUE (tenant_id, project_id, key)
    )""",
    "matrix_assessment": """
    CREATE TABLE matrix_assessment (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        matrix_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        period_start date NOT NULL,
        period_end date NOT NULL,
        cells jsonb NOT NULL,
        assessed_by uuid,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_matrix_assessment PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_matrix_assessment_tenant_id_matrix_id
            FOREIGN KEY (tenant_id, matrix_id) REFERENCES assessment_matrix (tenant_id, id),
        CONSTRAINT fk_matrix_assessment_tenant_id_unit_id
            FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id),
        CONSTRAINT ck_matrix_assessment_period CHECK (period_start <= period_end),
        CONSTRAINT uq_matrix_assessment_slot UNIQUE (tenant_id, matrix_id, unit_id, period_start, period_end)
    )""",
    "annual_wheel": """
    CREATE TABLE annual_wheel (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        key text NOT NULL,
        source_ref text,
        title jsonb NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_annual_wheel PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_annual_wheel_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT uq_annual_wheel_tenant_id_project_id_key UNIQUE (tenant_id, project_id, key)
    )""",
    "wheel_event": """
    CREATE TABLE wheel_event (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        wheel_id uuid NOT NULL,
        key text NOT NULL,
        title jsonb NOT NULL,
        anchor text,
        offset_days integer NOT NULL,
        action text NOT NULL,
        indicator_id uuid,
        question text,
        unit_ids jsonb NOT NULL,
        follow_up_days integer NOT NULL,
        feedback_days integer NOT NULL,
        audience jsonb,
        document jsonb,
        source_ref text,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_wheel_event PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_wheel_event_tenant_id_wheel_id
            FOREIGN KEY (tenant_id, wheel_id) REFERENCES annual_wheel (tenant_id, id),
        CONSTRAINT fk_wheel_event_tenant_id_indicator_id
            FOREIGN KEY (tenant_id, indicator_id) REFERENCES indicator (tenant_id, id),
        CONSTRAINT ck_wheel_event_anchor
            CHECK (anchor IN ('school_year_start', 'autumn_term_start', 'spring_term_start',
                'census_date', 'tertial_1_end', 'tertial_2_end', 'tertial_3_end', 'each_term_start', 'each_tertial_end')),
        CONSTRAINT ck_wheel_event_action CHECK (action IN ('data_request', 'meeting', 'report', 'reminder')),
        CONSTRAINT ck_wheel_event_offset CHECK (offset_days BETWEEN -366 AND 366),
        CONSTRAINT ck_wheel_event_data_request
            CHECK (action <> 'data_request' OR (indicator_id IS NULL) <> (question IS NULL)),
        CONSTRAINT uq_wheel_event_tenant_id_wheel_id_key UNIQUE (tenant_id, wheel_id, key)
    )""",
    "wheel_occurrence": """
    CREATE TABLE wheel_occurrence (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        event_id uuid NOT NULL,
        school_year integer NOT NULL,
        slot integer NOT NULL,
        on_date date NOT NULL,
        data_request_id uuid,
        CONSTRAINT pk_wheel_occurrence PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_wheel_occurrence_tenant_id_event_id
            FOREIGN KEY (tenant_id, event_id) REFERENCES wheel_event (tenant_id, id),
        CONSTRAINT fk_wheel_occurrence_tenant_id_data_request_id
            FOREIGN KEY (tenant_id, data_request_id) REFERENCES data_request (tenant_id, id),
        CONSTRAINT uq_wheel_occurrence_tenant_id_event_id_school_year_slot
            UNIQUE (tenant_id, event_id, school_year, slot)
    )""",
    "evaluation": """
    CREATE TABLE evaluation (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        title text NOT NULL,
        goal_ids jsonb NOT NULL,
        why text NOT NULL,
        what text NOT NULL,
        how text NOT NULL,
        collected_when text NOT NULL,
        outcome text NOT NULL,
        completed_at timestamptz,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_evaluation PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_evaluation_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id)
    )""",
    "lesson": """
    CREATE TABLE lesson (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        kind text NOT NULL,
        source_ref text,
        title jsonb NOT NULL,
        position integer NOT NULL,
        text jsonb,
        body text NOT NULL,
        on_date date,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_lesson PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_lesson_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT ck_lesson_kind CHECK (kind IN ('lesson', 'status', 'quality_step')),
        CONSTRAINT uq_lesson_tenant_id_project_id_source_ref UNIQUE (tenant_id, project_id, source_ref)
    )""",
    "need_card": """
    CREATE TABLE need_card (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        source_ref text,
        stakeholder jsonb NOT NULL,
        description jsonb,
        gains jsonb NOT NULL,
        pains jsonb NOT NULL,
        needs jsonb NOT NULL,
        functionality jsonb NOT NULL,
        experience jsonb NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_need_card PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_need_card_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT uq_need_card_tenant_id_project_id_source_ref UNIQUE (tenant_id, project_id, source_ref)
    )""",
    "requirement": """
    CREATE TABLE requirement (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        source_ref text,
        need_card_id uuid,
        area text,
        title jsonb NOT NULL,
        needs_legal_review boolean NOT NULL,
        legally_reviewed_at timestamptz,
        state text NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_requirement PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_requirement_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT fk_requirement_tenant_id_need_card_id
            FOREIGN KEY (tenant_id, need_card_id) REFERENCES need_card (tenant_id, id),
        CONSTRAINT ck_requirement_state CHECK (state IN ('open', 'accepted', 'rejected')),
        CONSTRAINT uq_requirement_tenant_id_project_id_source_ref UNIQUE (tenant_id, project_id, source_ref)
    )""",
}
INDEXES = (
    "CREATE INDEX ix_goal_tenant_id_owner_id ON goal (tenant_id, owner_id)",
    "CREATE INDEX ix_goal_link_tenant_id_effect_goal_id ON goal_link (tenant_id, effect_goal_id)",
    "CREATE INDEX ix_goal_link_tenant_id_project_id ON goal_link (tenant_id, project_id)",
    "CREATE INDEX ix_indicator_tenant_id_goal_id ON indicator (tenant_id, goal_id)",
    "CREATE INDEX ix_measurement_tenant_id_recorded_by ON measurement (tenant_id, recorded_by)",
    "CREATE INDEX ix_measurement_tenant_id_unit_id ON measurement (tenant_id, unit_id)",
    """CREATE UNIQUE INDEX uq_measurement_baseline ON measurement
        (tenant_id, indicator_id, unit_id) NULLS NOT DISTINCT WHERE kind = 'baseline'""",
    """CREATE UNIQUE INDEX uq_measurement_slot ON measurement
        (tenant_id, indicator_id, unit_id, kind, period_start, period_end) NULLS NOT DISTINCT""",
    "CREATE INDEX ix_data_request_tenant_id_indicator_id ON data_request (tenant_id, indicator_id)",
    "CREATE INDEX ix_data_request_tenant_id_owner_id ON data_request (tenant_id, owner_id)",
    "CREATE INDEX ix_data_request_tenant_id_project_id ON data_request (tenant_id, project_id)",
    "CREATE INDEX ix_data_request_unit_tenant_id_answered_by ON data_request_unit (tenant_id, answered_by)",
    "CREATE INDEX ix_data_request_unit_tenant_id_unit_id ON data_request_unit (tenant_id, unit_id)",
    "CREATE INDEX ix_deviation_tenant_id_activity_id ON deviation (tenant_id, activity_id)",
    "CREATE INDEX ix_deviation_tenant_id_indicator_id ON deviation (tenant_id, indicator_id)",
    "CREATE INDEX ix_deviation_tenant_id_owner_id ON deviation (tenant_id, owner_id)",
    "CREATE INDEX ix_deviation_tenant_id_project_id ON deviation (tenant_id, project_id)",
    "CREATE INDEX ix_deviation_tenant_id_unit_id ON deviation (tenant_id, unit_id)",
    "CREATE INDEX ix_survey_tenant_id_definition_id ON survey (tenant_id, definition_id)",
    "CREATE INDEX ix_survey_tenant_id_project_id ON survey (tenant_id, project_id)",
    "CREATE INDEX ix_survey_unit_tenant_id_unit_id ON survey_unit (tenant_id, unit_id)",
    "CREATE INDEX ix_survey_response_tenant_id_respondent_id ON survey_response (tenant_id, respondent_id)",
    "CREATE INDEX ix_survey_response_tenant_id_survey_id ON survey_response (tenant_id, survey_id)",
    "CREATE INDEX ix_survey_response_tenant_id_unit_id ON survey_response (tenant_id, unit_id)",
    """CREATE UNIQUE INDEX uq_survey_response_person ON survey_response
        (tenant_id, survey_id, respondent_id) WHERE NOT is_unit""",
    "CREATE UNIQUE INDEX uq_survey_response_unit ON survey_response (tenant_id, survey_id, unit_id) WHERE is_unit",
    "CREATE INDEX ix_survey_comment_tenant_id_survey_id ON survey_comment (tenant_id, survey_id)",
    "CREATE INDEX ix_survey_comment_tenant_id_unit_id ON survey_comment (tenant_id, unit_id)",
    "CREATE INDEX ix_poll_tenant_id_project_id ON poll (tenant_id, project_id)",
    "CREATE INDEX ix_poll_vote_tenant_id_poll_id ON poll_vote (tenant_id, poll_id)",
    "CREATE INDEX ix_matrix_assessment_tenant_id_assessed_by ON matrix_assessment (tenant_id, assessed_by)",
    "CREATE INDEX ix_matrix_assessment_tenant_id_unit_id ON matrix_assessment (tenant_id, unit_id)",
    "CREATE INDEX ix_wheel_event_tenant_id_indicator_id ON wheel_event (tenant_id, indicator_id)",
    "CREATE INDEX ix_wheel_occurrence_tenant_id_data_request_id ON wheel_occurrence (tenant_id, data_request_id)",
    "CREATE INDEX ix_evaluation_tenant_id_project_id ON evaluation (tenant_id, project_id)",
    "CREATE INDEX ix_requirement_tenant_id_need_card_id ON requirement (tenant_id, need_card_id)",
)

BASELINE_FIRST = """
CREATE FUNCTION measurement_baseline_first() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind = 'target' THEN
        RETURN NEW;
    END IF;
    PERFORM FROM indicator WHERE tenant_id = NEW.tenant_id AND id = NEW.indicator_id FOR UPDATE;
    IF EXISTS (
        SELECT FROM measurement other
        WHERE other.tenant_id = NEW.tenant_id AND other.indicator_id = NEW.indicator_id AND other.id <> NEW.id
          AND other.unit_id IS NOT DISTINCT FROM NEW.unit_id
          AND (NEW.kind = 'baseline' AND other.kind = 'actual' AND other.period_start <= NEW.period_end
               OR NEW.kind = 'actual' AND other.kind = 'baseline' AND NEW.period_start <= other.period_end)
    ) THEN
        RAISE check_violation USING CONSTRAINT = 'measurement_baseline_first', TABLE = 'measurement',
            MESSAGE = 'a baseline is over before the first actual begins';
    END IF;
    RETURN NEW;
END $$
"""
TRIGGER = """
CREATE TRIGGER measurement_baseline_first BEFORE INSERT OR UPDATE ON measurement
    FOR EACH ROW EXECUTE FUNCTION measurement_baseline_first()
"""

# History says who wrote a row and when: for these that would tell who answered what.
WITHOUT_HISTORY = {"ballot_box", "ballot", "survey_response", "survey_comment", "poll_vote"}
# By which column the lists of the past are narrowed, where that is not the project.
PARENTS = {
    "measurement": "indicator_id",
    "data_request_unit": "request_id",
    "survey_unit": "survey_id",
    "matrix_assessment": "matrix_id",
    "wheel_event": "wheel_id",
    "wheel_occurrence": "event_id",
}
JOURNALED = [table for table in TABLES if table not in WITHOUT_HISTORY]


def upgrade() -> None:
    for table, ddl in TABLES.items():
        op.execute(ddl)
        protect(table)
    for index in INDEXES:
        op.execute(index)
    op.execute(BASELINE_FIRST)
    op.execute(TRIGGER)
    for table in JOURNALED:
        journaled(table, scope=PARENTS.get(table))


def downgrade() -> None:
    for table in JOURNALED:
        no_longer_journaled(table)
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("DROP FUNCTION measurement_baseline_first()")
