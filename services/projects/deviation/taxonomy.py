"""The causes that a deviation is put down to where the project's template brings none: ten and "other" (MIT-V)."""

from shared.kit.text import Text

CAUSES: dict[str, tuple[str, Text]] = {
    "planning": ("MIT-V1", Text(sv="Planering och förberedelse", en="Planning and preparation")),
    "routines": ("MIT-V2", Text(sv="Bristande rutiner", en="Poor routines")),
    "product_quality": ("MIT-V3", Text(sv="Låg kvalitet på teknik eller produkt", en="Low quality of the product")),
    "staff_attitudes": ("MIT-V4", Text(sv="Attityder bland personalen", en="Staff attitudes")),
    "expectations": ("MIT-V5", Text(sv="Kundernas förväntningar", en="Customers' expectations")),
    "information": ("MIT-V6", Text(sv="Information saknas", en="Missing information")),
    "organisation": ("MIT-V7", Text(sv="Organisationen är inte anpassad", en="The organisation is not adapted")),
    "steering": ("MIT-V8", Text(sv="Styrning och ledning", en="Steering and management")),
    "contracts": ("MIT-V9", Text(sv="Dåliga avtal", en="Bad contracts")),
    "infrastructure": ("MIT-V10", Text(sv="Svag infrastruktur", en="Poor infrastructure")),
    "other": ("MIT-V11", Text(sv="Annat", en="Other")),
}
