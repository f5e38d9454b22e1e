"""What goes wrong in a worker: the problems that a job can end with, and how an error is named in logs and rows."""

from pathlib import Path

from shared.kit.problems import Invalid, Problem
from shared.kit.text import Text


class JobFailed(Problem):
    """The work failed in an unforeseen way, as often as it may be tried."""

    status = 500
    slug = "job-failed"
    title = Text(sv="Jobbet misslyckades", en="The job failed", da="Jobbet mislykkedes")


class JobLost(Problem):
    """The worker disappeared during the work, as often as it may be tried: the work itself may be the cause."""

    status = 500
    slug = "job-lost"
    title = Text(
        sv="Jobbet avbröts utan besked för många gånger",
        en="The job ended without a word too many times",
        da="Jobbet stoppede uden besked for mange gange",
    )


class WorkTooLong(Invalid):
    """Work in a child process passed its time limit."""

    slug = "work-too-long"
    title = Text(sv="Bearbetningen tog för lång tid", en="The work took too long", da="Behandlingen tog for lang tid")


class WorkTooLarge(Invalid):
    """Work in a child process passed its memory limit, or crashed its process."""

    slug = "work-too-large"
    title = Text(
        sv="Bearbetningen krävde för mycket minne",
        en="The work needed too much memory",
        da="Behandlingen krævede for meget hukommelse",
    )


def describe(error: BaseException) -> str:
    """`ValueError at handlers.py:42`, or the slug of a problem in place of the class.

    Never the error's text, which may repeat a person's data.
    """
    what = f"problem {error.slug}" if isinstance(error, Problem) else type(error).__name__
    step = error.__traceback__
    if step is None:
        return what
    while step.tb_next is not None:
        step = step.tb_next
    return f"{what} at {Path(step.tb_frame.f_code.co_filename).name}:{step.tb_lineno}"
