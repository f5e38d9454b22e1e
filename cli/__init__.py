"""The operator's command line and the local stack; it starts services by module name and imports none of them."""
