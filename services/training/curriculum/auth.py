"""Who may read and change curricula: as for courses."""

from services.training.course.auth import CourseRead as CurriculumRead
from services.training.course.auth import CourseWrite as CurriculumWrite

__all__ = ["CurriculumRead", "CurriculumWrite"]
