"""What sync holds about one person, shown or forgotten (GDPR articles 15 and 17)."""

from services.sync.person.erasing import forget_person, show_person
from shared.kit.persondata import PersonData

PERSON_DATA = PersonData(show_person, forget_person)
