"""Request bodies of seats that change hands."""

from uuid import UUID

from shared.web import ApiInput, example


class EnrolmentMove(ApiInput):
    """Into which session of the same course; `waits`: into its queue where it is full."""

    model_config = example({"sessionId": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11", "waits": False})

    session_id: UUID
    waits: bool = False


class EnrolmentSwap(ApiInput):
    """With whose seat in another session of the same course."""

    model_config = example({"enrolmentId": "01979f3a-6666-7b52-9d3a-5f0c2b9e8d11"})

    enrolment_id: UUID


class EnrolmentSubstitute(ApiInput):
    """Who comes instead."""

    model_config = example({"personId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11"})

    person_id: UUID


class WalkIn(ApiInput):
    """Who stands at the door."""

    model_config = example({"personId": "01979f3a-1111-7b52-9d3a-5f0c2b9e8d11"})

    person_id: UUID
