"""Who may see pictures of a plan: whoever may read its activities."""

from services.projects.activity.auth import ActivitiesRead as PicturesRead

__all__ = ["PicturesRead"]
