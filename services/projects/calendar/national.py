"""Public holidays of four countries, and the days on which nobody works although no law says so. Pure.

The law's days come from the `holidays` library. It lists neither Midsummer Eve, Christmas Eve nor New Year's Eve for
Sweden, nor 5 June and 24 December for Denmark (requirements 9.9): the overlay adds them. A holiday on a Sunday is one
free day, since days are a set.
"""

from datetime import date, timedelta
from functools import lru_cache

import holidays

from services.projects.calendar.vocabulary import Country
from services.projects.calendar.workdays import FIRST, LAST, Stretch, Workdays
from shared.kit.text import Text

_YEARS = range(FIRST.year, LAST.year + 1)
_LANGUAGE = {Country.se: "sv", Country.dk: "da", Country.no: "no", Country.fi: "sv_FI"}
_CHRISTMAS_EVE = Text(sv="Julafton", en="Christmas Eve", da="Juleaften")
_DE_FACTO = {
    Country.se: {(12, 24): _CHRISTMAS_EVE, (12, 31): Text(sv="Nyårsafton", en="New Year's Eve", da="Nytårsaften")},
    Country.dk: {(6, 5): Text(sv="Grundlagsdagen", en="Constitution Day", da="Grundlovsdag"), (12, 24): _CHRISTMAS_EVE},
    Country.no: {},
    Country.fi: {},
}
_MIDSUMMER_EVE = Text(sv="Midsommarafton", en="Midsummer Eve", da="Midsommeraften")


def midsummer_eve(year: int) -> date:
    """The Friday from 19 to 25 June."""
    latest = date(year, 6, 25)
    return latest - timedelta(days=(latest.weekday() - 4) % 7)


@lru_cache(maxsize=len(Country))
def public_holidays(country: Country) -> dict[date, Text]:
    """The holidays by law, with their names."""
    native = holidays.country_holidays(country.value, years=_YEARS, language=_LANGUAGE[country])
    english = holidays.country_holidays(country.value, years=_YEARS, language="en_US")
    da = country is Country.dk
    return {day: Text(sv=name, en=english[day], da=name if da else None) for day, name in sorted(native.items())}


@lru_cache(maxsize=len(Country))
def de_facto_days(country: Country) -> dict[date, Text]:
    """The overlay: days that offices keep free without a law, where the law does not free them already."""
    fixed = _DE_FACTO[country]
    days = {date(year, *day): name for year in _YEARS for day, name in fixed.items()}
    if country is Country.se:
        days |= {midsummer_eve(year): _MIDSUMMER_EVE for year in _YEARS}
    return {day: name for day, name in days.items() if day not in public_holidays(country)}


@lru_cache(maxsize=32)
def workdays(country: Country, stretches: tuple[Stretch, ...] = ()) -> Workdays:
    """The working days of a country as a tenant's stretches change them. Same arguments, same object."""
    return Workdays.of([*public_holidays(country), *de_facto_days(country)], stretches)
