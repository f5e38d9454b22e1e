"""Preferences, and the mails that follow from them."""

from services.projects.notice.service.mails import MailService, Out
from services.projects.notice.service.preferences import CONFIRM, NoticeData, NoticeService

__all__ = ["CONFIRM", "MailService", "NoticeData", "NoticeService", "Out"]
