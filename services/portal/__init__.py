"""Portal: the front door. A page with the state of each service, and the documentation of all APIs in one place.

Has no data of its own: what it shows it asks the services for, each time or a few seconds ago.
"""
