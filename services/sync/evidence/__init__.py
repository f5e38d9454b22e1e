"""Evidence of how a unit's data stood: a document that anybody can check, for machines and for people."""
