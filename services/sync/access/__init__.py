"""Who has access at the platform, for our own services."""
