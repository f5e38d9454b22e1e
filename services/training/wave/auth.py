"""Who may read and change waves: as for courses."""

from services.training.course.auth import CourseRead as WaveRead
from services.training.course.auth import CourseWrite as WaveWrite

__all__ = ["WaveRead", "WaveWrite"]
