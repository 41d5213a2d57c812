"""A film and a recording, handed in with a report, play in the browser at any moment of theirs."""

from pathlib import Path

import pytest
from playwright.sync_api import Response

from citygrid.evidence import services
from citygrid.evidence.models import Media
from citygrid.evidence.tests.factories import recording
from citygrid.kernel import clock
from tests.journeys.test_loop import REPORT

SEEK = """async player => {
    player.muted = true
    await player.play()
    player.pause()
    const arrived = new Promise(resolve => player.addEventListener('seeked', resolve, { once: true }))
    player.currentTime = 2
    await arrived
    return [player.duration, player.currentTime, player.videoWidth ?? 0]
}"""


@pytest.mark.browser
def test_film_and_recording_are_played_from_any_moment(enter, tmp_path: Path) -> None:
    files = [tmp_path / "hole.mov", tmp_path / "noise.ogg"]
    for file in files:
        file.write_bytes(recording(file.suffix[1:], seconds=3))
    somebody = enter("supervisor")
    somebody.go("/reports/new/")
    for name, value in REPORT.items():
        somebody.fill(f"main [name={name}]", value)
    somebody.page.set_input_files("main input[name=photo_before]", files)
    somebody.submit("main form")
    for media in Media.objects.all():
        assert services.process(media_id=media.pk, now=clock.now()).state == "ready"
    answers: list[Response] = []
    somebody.page.on("response", lambda answer: answers.append(answer))
    somebody.go(somebody.page.url)
    for player, width in (("video", 160), ("audio", 0)):
        duration, moment, shown = somebody.page.locator(player).evaluate(SEEK)
        assert (duration, moment, shown) == (pytest.approx(3, abs=0.2), pytest.approx(2, abs=0.05), width)
    parts = [answer.status for answer in answers if answer.url.endswith("/public")]
    assert parts and set(parts) == {206}
    assert "Film, 3 s" in somebody.page.locator("main").inner_text()
