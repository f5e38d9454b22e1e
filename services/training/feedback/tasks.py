"""Letting answers be seen, five at a time."""

from typing import Any
from uuid import UUID

from services.training.feedback.service import GATHER, FeedbackService
from shared.queue import JobContext

__all__ = ["GATHER", "gather_feedback"]


async def gather_feedback(ctx: JobContext) -> dict[str, Any]:
    """Show the full fives of one session; may run twice."""
    async with ctx.transaction() as session:
        return {"answers": await FeedbackService(session).gather(UUID(str(ctx.params["sessionId"])))}
