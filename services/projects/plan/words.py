"""What the sides of a project are called in a sentence."""

from services.projects.plan.vocabulary import PartySide
from shared.kit.text import Text

SIDES = {
    PartySide.customer: Text(sv="kunden", en="the customer", da="kunden"),
    PartySide.supplier: Text(sv="leverantören", en="the supplier", da="leverandøren"),
    PartySide.joint: Text(sv="kund och leverantör", en="customer and supplier", da="kunde og leverandør"),
    PartySide.third_party: Text(sv="tredje part", en="a third party", da="tredjepart"),
    PartySide.programme: Text(sv="programmet", en="the programme", da="programmet"),
}
