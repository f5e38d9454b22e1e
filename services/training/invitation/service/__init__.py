"""What people are told about their seats: the mails that follow, their way out, and what enrollers see of them."""

from services.training.invitation.service.desk import DeskService
from services.training.invitation.service.following import FollowingService
from services.training.invitation.service.mails import MailService, Out

__all__ = ["DeskService", "FollowingService", "MailService", "Out"]
