"""The demo municipality of a development machine: invented tenants, people and clients. Refuses in production."""
