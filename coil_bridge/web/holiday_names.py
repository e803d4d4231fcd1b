"""What public holidays are called in the reader's language.

The ``holidays`` package has English for every country that it covers, and beside that the country's own
languages and a few others: Serbian for two countries, in Cyrillic. So names come in English from there and
are translated here, where our catalogue has them; the others stay in English.
"""

from __future__ import annotations

import re
from datetime import datetime

from coil_bridge.i18n import Translator, mark

# The names in the countries of the consortium and next to Serbia; pybabel finds them here.
NAMES = (
    mark("Armistice Day"),
    mark("Capital Day"),
    mark("Catholic Christmas Day"),
    mark("Catholic Easter Monday"),
    mark("Chinese New Year (Spring Festival)"),
    mark("Chinese New Year's Eve"),
    mark("Constitution Day"),
    mark("Defender of the Fatherland Day"),
    mark("Dragon Boat Festival"),
    mark("Easter Monday"),
    mark("Easter Sunday"),
    mark("Eid al-Adha"),
    mark("Eid al-Fitr"),
    mark("Good Friday"),
    mark("Holy Saturday"),
    mark("Independence Day"),
    mark("International Labor Day"),
    mark("International Women's Day"),
    mark("Kazakhstan's People Solidarity Holiday"),
    mark("Labor Day"),
    mark("Mid-Autumn Festival"),
    mark("National Day"),
    mark("New Year's Day"),
    mark("Njegos Day"),
    mark("Nowruz Holiday"),
    mark("Orthodox Christmas"),
    mark("Orthodox Christmas Day"),
    mark("Orthodox Good Friday"),
    mark("Republic Day"),
    mark("Statehood Day"),
    mark("Tomb-Sweeping Day"),
    mark("Victory Day"),
)
_OBSERVED = " (observed)"
_SUBSTITUTED = re.compile(r"Day off \(substituted from (\d\d/\d\d/\d{4})\)")


def holiday_name(english: str, words: Translator) -> str:
    """A name as the package gives it; holidays that fall on one day stand there with semicolons between."""
    return "; ".join(_one(name, words) for name in english.split("; "))


def _one(name: str, words: Translator) -> str:
    if swapped := _SUBSTITUTED.fullmatch(name):
        worked = datetime.strptime(f"{swapped[1]} +0000", "%m/%d/%Y %z").date()
        return words.gettext("day off in exchange for %(day)s", day=words.short_day(worked))
    if name.endswith(_OBSERVED):
        return words.gettext("%(holiday)s, observed", holiday=_one(name.removesuffix(_OBSERVED), words))
    return words.gettext(name)
