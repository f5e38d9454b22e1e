"""Federations: what logins and pages ask (`lookup`), what operators decide (`administration`), how feeds are read."""

from services.identity.federation.service.administration import FederationAdministration
from services.identity.federation.service.enforcement import Enforcement
from services.identity.federation.service.lookup import FederationService
from services.identity.federation.service.queries import QueryService
from services.identity.federation.service.refresh import Feed, FeedService

__all__ = ["Enforcement", "FederationAdministration", "FederationService", "Feed", "FeedService", "QueryService"]
