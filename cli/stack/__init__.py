"""The local stack: servers, services, workers and gateway of one checkout under one supervisor."""
