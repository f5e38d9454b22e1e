"""Looking for what is left of somebody: byte for byte in databases, Redis and folders, in every form it may have."""
