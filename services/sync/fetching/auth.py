"""Who may fetch and test: those who may declare where from."""

from services.sync.source.auth import SourcesRead, SourcesWrite

FetchesRead = SourcesRead
FetchesWrite = SourcesWrite
