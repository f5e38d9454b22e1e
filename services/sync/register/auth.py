"""Who may see how it stands with a register: those who may see the source."""

from services.sync.source.auth import SourcesRead

SubscriptionsRead = SourcesRead
