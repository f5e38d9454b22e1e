"""What a tenant lets pass in verification, and which platform its proof is about."""
