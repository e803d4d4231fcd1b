"""Places in the reader's language, in the order in which the reader looks for them."""

from __future__ import annotations

from coil_bridge.i18n import Translator
from coil_bridge.web.places import (
    city_name,
    country_choices,
    country_name,
    language_choices,
    language_name,
    zone_choices,
)

ENGLISH, SERBIAN = Translator("en"), Translator("sr_Latn")


def test_cities_and_countries_have_names_in_both_languages() -> None:
    assert [city_name("Asia/Shanghai", words) for words in (ENGLISH, SERBIAN)] == ["Shanghai", "Šangaj"]
    assert [country_name("kz", words) for words in (ENGLISH, SERBIAN)] == ["Kazakhstan", "Kazahstan"]


def test_zones_stand_under_a_region_and_in_the_order_of_the_alphabet() -> None:
    regions = dict(zone_choices("sr_Latn"))
    assert list(regions) == [
        "Afrika", "Amerika", "Antarktik", "Arktik", "Azija", "Atlantski okean", "Australija", "Evropa",
        "Indijski okean", "Tihi okean", "Ceo svet",
    ]  # fmt: skip
    europe = [name for _, name in regions["Evropa"]]
    assert europe.index("Beograd (Europe/Belgrade)") < europe.index("Berlin (Europe/Berlin)")
    assert [shown for _, shown in regions["Ceo svet"]] == ["UTC (Etc/UTC)"]


def test_countries_are_sorted_by_their_names() -> None:
    names = [name for _, name in country_choices("sr_Latn")]
    assert names.index("Crna Gora") < names.index("Čad") < names.index("Danska")
    assert "EU" not in [code for code, _ in country_choices("sr_Latn")]


def test_languages_of_a_moodle_are_named_never_coded() -> None:
    assert language_name("sr_lt", SERBIAN) == "Srpski (latinica)"
    assert language_name("xx_wp", SERBIAN) == "xx_wp"


def test_a_language_is_offered_once_to_work_in() -> None:
    offered = dict(language_choices(["sr_lt", "zh_cn", "ja", "JA", "en"], ENGLISH))
    assert (offered["sr"], offered["ja"]) == ("Serbian", "Japanese")
    assert offered.keys().isdisjoint({"sr_lt", "zh_cn", "JA"})
