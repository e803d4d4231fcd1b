"""core_webservice_get_site_info and tool_mobile_get_config: what a site says about itself."""

from __future__ import annotations

from connectors.moodle.simulator.contracts import Contract, contracts, plugin_contracts
from connectors.moodle.simulator.functions.call import Call, Json
from connectors.moodle.simulator.records import Site

_OUTSIDE_SERVICES = "tool_mobile_get_public_config"  # answered without a token, by another script
_FEATURES = {
    "usecomments": 1,
    "usetags": 1,
    "enablenotes": 1,
    "messaging": 1,
    "enableblogs": 1,
    "enablecompletion": 1,
    "enablebadges": 1,
    "messagingallusers": 0,
    "enablecustomreports": 1,
    "mnet_dispatcher_mode": 0,
}
_FEATURES_SINCE_4_5 = {"enableglobalsearch": 0, "enablecompetencies": 1}


def functions_of(site: Site) -> dict[str, Contract]:
    """Return every function of the site, with those of our plugin where it is installed."""
    branch = site.release.branch
    return contracts(branch) | (plugin_contracts(branch) if site.plugin.version else {})


def get_site_info(call: Call) -> Json:
    """Say who the token is, what the site runs and which functions the token's service holds."""
    site, user = call.site, call.user
    return {
        "sitename": site.name,
        "username": user.username,
        "firstname": user.firstname,
        "lastname": user.lastname,
        "fullname": user.fullname,
        "lang": user.lang,
        "userid": user.id,
        "siteurl": site.url,
        "userpictureurl": site.picture(),
        "functions": _functions(call),
        "downloadfiles": 1,
        "uploadfiles": 1,
        "release": site.release.release,
        "version": site.release.version,
        "mobilecssurl": "",
        "advancedfeatures": _features(call),
        "usercanmanageownfiles": True,
        "userquota": 104857600,
        "usermaxuploadfilesize": 2097152,
        "userhomepage": 1,
        # A secret in the answer, as on the real site: whoever logs answers finds out here.
        "userprivateaccesskey": "5ecre7pr1va7eacce55key00000000ff",
        "siteid": 1,
        "sitecalendartype": "gregorian",
        "usercalendartype": "gregorian",
        "userissiteadmin": False,
        "theme": "boost",
        "limitconcurrentlogins": 0,
        "policyagreed": 0,
    }


def _functions(call: Call) -> list[Json]:
    known = functions_of(call.site).keys() - {_OUTSIDE_SERVICES}
    held = known if call.token.functions is None else call.token.functions
    return [{"name": name, "version": call.site.release.version} for name in sorted(held)]


def _features(call: Call) -> list[Json]:
    features = _FEATURES | {"messaging": int(call.site.messaging)}
    if call.site.release.at_least("4.5"):
        features |= _FEATURES_SINCE_4_5
    return [{"name": name, "value": value} for name, value in features.items()]


def get_config(call: Call) -> Json:
    """Give the settings a mobile app reads; 4.1 does not tell its time zone by any core function."""
    site = call.site
    settings = {
        "fullname": site.name,
        "shortname": call.world.courses[1].shortname,
        "summary": "",
        "summaryformat": "1",
        "frontpage": "6",
        "enablecompletion": "1",
        "country": site.country,
        "defaultlang": site.lang,
        "lang": site.lang,
    }
    if site.release.at_least("4.5"):
        settings |= {"timezone": site.zone, "forcetimezone": "99"}
    return {"settings": [{"name": name, "value": value} for name, value in settings.items()], "warnings": []}
