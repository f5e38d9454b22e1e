"""`./startklar demo`: a municipality's rollout, played through the gateway's public API alone."""
