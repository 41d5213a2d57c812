"""The fireworks drill: an evening on the real clock, by the services that terminals call."""

import hashlib
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from citygrid.evidence import permissions as evidence_permissions
from citygrid.evidence import queries as evidence
from citygrid.evidence import services as evidence_services
from citygrid.geography import queries as geography
from citygrid.intake import permissions as intake_permissions
from citygrid.intake import queries as intake
from citygrid.intake import services as intake_services
from citygrid.kernel import clock
from citygrid.kernel.actor import Actor
from citygrid.simulator.queries import ALL, VIEWER, actors
from citygrid.simulator.rules.drill import Standpoint, is_forbidden, standpoints
from citygrid.simulator.rules.people import CODE
from citygrid.simulator.rules.plan import draw
from citygrid.simulator.rules.zones import zones
from citygrid.simulator.services.district import size_there

EACH = 4  # reports of one terminal
PICTURE = "life=s=320x180:r=15:mold=12:ratio=0.04:death_color=#3a1206:life_color=#ffd27a"  # sparks in the dark
WEBM = "video/webm;codecs=vp8,opus"
WORDS = ("有人燃放烟花", "有人燃放鞭炮，响声很大", "路边燃放烟花，有火星飘落")


@dataclass
class Evening:
    """What was sent: reports and streams with where they lie and when they came, and how long the answers took."""

    began: datetime
    reports: dict[UUID, tuple[Standpoint, datetime]] = field(default_factory=dict)
    streams: dict[UUID, tuple[Standpoint, datetime, Actor]] = field(default_factory=dict)
    receipt_ms: list[float] = field(default_factory=list)
    piece_ms: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Found:
    """What came of it: how many lie where it is forbidden by the drawing, are marked so, wrongly or not at all."""

    reports: int
    forbidden: int
    marked: int
    wrong: int
    missed: int
    streams: int
    streams_marked: int
    streams_wrong: int
    kept: int


def play_fireworks(
    *, seed: int, minutes: float, terminals: int, streams: int, rng: Random, pause: Callable[[float], None] = sleep
) -> Evening:
    """Let terminals report around the borders of the demo's zones, while some send live video, a piece each second.

    Where there are more terminals than people who work outside, some carry several; each sends one stream at most, or
    ValueError. Events are left to the worker.
    """
    plan = draw(seed, size_there())
    drawn = zones(plan)
    people = _outside(clock.now())
    if len(people) < streams:
        raise ValueError(f"{len(people)} people work outside; {streams} are to send live video")
    places = standpoints(drawn, plan.district, terminals * EACH + streams, rng)
    seconds = max(2, round(minutes * 60))
    pieces = _film(seconds) if streams else []
    evening = Evening(began=clock.now())
    sending = [_begin(evening, actor, place) for actor, place in zip(people, places[:streams], strict=False)]
    spots = places[streams:]
    for second in range(seconds):
        started = monotonic()
        for stream_id, actor in sending:
            _send(evening, stream_id, second, pieces[second], actor)
        for number in range(len(spots) * second // seconds, len(spots) * (second + 1) // seconds):
            _report(evening, people[number % terminals % len(people)], spots[number], rng)
        pause(max(0.0, 1 - (monotonic() - started)))
    for stream_id, actor in sending:
        evidence_services.end_stream(stream_id=stream_id, count=seconds, actor=actor, now=clock.now())
    return evening


def judge_evening(evening: Evening, seed: int) -> Found:
    """Compare what the platform marked with the drawing."""
    drawn = zones(draw(seed, size_there()))
    clock_there = ZoneInfo(geography.time_zone_of(CODE))

    def forbids(place: Standpoint, at: datetime) -> bool:
        return is_forbidden(place, drawn, at.astimezone(clock_there).hour)

    there = {one.id: one.zone is not None for one in intake.spotted(VIEWER, evening.began, count=ALL)}
    truth = {key: forbids(*told) for key, told in evening.reports.items()}
    marks = {key: there.get(key, False) for key in truth}
    live = {key: evidence.stream(key, actor) for key, (_place, _at, actor) in evening.streams.items()}
    filmed = {key: forbids(place, at) for key, (place, at, _actor) in evening.streams.items()}
    return Found(
        reports=len(truth),
        forbidden=sum(truth.values()),
        marked=sum(marks.values()),
        wrong=sum(marks[key] and not truth[key] for key in truth),
        missed=sum(truth[key] and not marks[key] for key in truth),
        streams=len(live),
        streams_marked=sum(one.zone is not None for one in live.values()),
        streams_wrong=sum((live[key].zone is not None) != filmed[key] for key in live),
        kept=sum(one.state == "kept" for one in live.values()),
    )


def _outside(now: datetime) -> list[Actor]:
    """People with a terminal, each once."""
    able = [
        one
        for one in actors(now)
        if one.may(evidence_permissions.SEND_STREAM) and one.may(intake_permissions.RECEIVE) and one.account_id
    ]
    return list({one.account_id: one for one in able}.values())


def _begin(evening: Evening, actor: Actor, place: Standpoint) -> tuple[UUID, Actor]:
    stream_id, now = uuid4(), clock.now()
    evidence_services.begin_stream(
        stream_id=stream_id, mime_type=WEBM, lon=place.lon, lat=place.lat, frame="wgs84", actor=actor, now=now
    )
    evening.streams[stream_id] = (place, now, actor)
    return stream_id, actor


def _send(evening: Evening, stream_id: UUID, number: int, content: bytes, actor: Actor) -> None:
    began = monotonic()
    evidence_services.receive_piece(
        stream_id=stream_id,
        number=number,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        actor=actor,
        now=clock.now(),
    )
    evening.piece_ms.append((monotonic() - began) * 1000)


def _report(evening: Evening, actor: Actor, place: Standpoint, rng: Random) -> None:
    given = intake_services.ReportIn(description=rng.choice(WORDS), channel="field", lon=place.lon, lat=place.lat)
    began, now = monotonic(), clock.now()
    receipt = intake_services.receive_report(report=given, key=f"drill/{uuid4()}", actor=actor, now=now)
    evening.receipt_ms.append((monotonic() - began) * 1000)
    evening.reports[receipt.report_id] = (place, now)


def _film(seconds: int) -> Sequence[bytes]:
    """A film as a phone's recorder writes it, made by ffmpeg, in one piece for each second."""
    with TemporaryDirectory(prefix="drill-") as folder:
        made = Path(folder) / "live.webm"
        sources = ["-f", "lavfi", "-i", PICTURE, "-f", "lavfi", "-i", "anoisesrc=a=0.05", "-t", str(seconds)]
        codecs = ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "300k", "-g", "15"]
        form = ["-c:a", "libopus", "-b:a", "24k", "-cluster_time_limit", "1000", "-live", "1", "-f", "webm"]
        command = ["ffmpeg", "-nostdin", "-v", "error", *sources, *codecs, *form, str(made)]
        subprocess.run(command, check=True, timeout=600)  # noqa: S603 - a command of ours
        return list(_cut(made.read_bytes(), seconds))


def _cut(content: bytes, count: int) -> Iterator[bytes]:
    bounds = [len(content) * part // count for part in range(count + 1)]
    return (content[begins:ends] for begins, ends in zip(bounds, bounds[1:], strict=False))
