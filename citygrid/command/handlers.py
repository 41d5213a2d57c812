"""Those who watch live video somewhere are told of a stream from a forbidden zone there, once."""

from citygrid.access import queries as access
from citygrid.evidence import permissions, queries
from citygrid.evidence.events import StreamEnteredZone
from citygrid.geography import queries as geography
from citygrid.kernel.events import subscribe
from citygrid.notices import services as notices
from citygrid.notices.services import NoticeIn


@subscribe(StreamEnteredZone)
def raise_stream(event: StreamEnteredZone) -> None:
    """One notice for each stream; who sends it is not named."""
    stream = queries.watched_place(event.stream_id)
    to = access.holders_of(permissions.WATCH_STREAM, event.at, area_code=stream.area_code)
    languages = {"zh": "zh-hans", "en": "en"}
    names = {short: geography.place_name(stream.area_code, full) for short, full in languages.items()}
    notice = NoticeIn(
        template="stream_in_zone",
        params={"place": names, **geography.zone_words(stream.zone or {})},
        key=f"stream_in_zone/{stream.pk}",
        to=[holder for holder in to if holder.account_id != stream.account_id],
        link=("stream", str(stream.pk)),
    )
    notices.send(notice=notice, now=event.at)
