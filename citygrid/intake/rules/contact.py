"""Pure rules: what may be shown of contact data, and which coordinates look swapped."""

SHORTEST_TO_SHOW = 7


def mask(value: str) -> str:
    """Contact data as it is shown by default: "138****1234", "w***@example.org", "王**"."""
    if "@" in value:
        name, _, domain = value.partition("@")
        return f"{name[:1]}***@{domain}"
    if len(value) >= SHORTEST_TO_SHOW:
        return f"{value[:3]}****{value[-4:]}"
    return value[:1] + "*" * (len(value) - 1)


def swapped(lon: float, lat: float) -> tuple[float, float] | None:
    """The coordinates the other way round, if they could be meant so."""
    return (lat, lon) if abs(lon) <= 90 and abs(lat) <= 180 else None
