"""A small OpenID provider for demonstrations and tests. In no production image; it knows passwords in the clear."""
