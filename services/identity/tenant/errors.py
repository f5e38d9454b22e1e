"""What can be wrong with a tenant."""

from shared.kit.problems import Conflict, NotFound
from shared.kit.text import Text


class TenantNotFound(NotFound):
    slug = "tenant-not-found"
    title = Text(sv="Organisationen finns inte", en="The tenant does not exist", da="Organisationen findes ikke")


class SlugTaken(Conflict):
    slug = "tenant-slug-taken"
    title = Text(sv="Kortnamnet är upptaget", en="The short name is taken", da="Kortnavnet er optaget")
