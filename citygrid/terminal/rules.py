"""Pure rules of the terminal."""

BROWSERS = {"MicroMessenger": "WeChat", "Edg": "Edge", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {
    **{"HarmonyOS": "HarmonyOS", "OpenHarmony": "HarmonyOS", "Android": "Android", "iPhone": "iOS", "iPad": "iOS"},
    **{"Windows": "Windows", "Mac OS X": "macOS", "Linux": "Linux"},
}


def agent_in_short(agent: str) -> str:
    """Browser and system of a User-Agent header, "Chrome, Android"; empty where neither is known.

    Browsers name those they are like as well: the first of the table that is named is the one.
    """
    named = (next((name for mark, name in table.items() if mark in agent), "") for table in (BROWSERS, SYSTEMS))
    return ", ".join(name for name in named if name)
