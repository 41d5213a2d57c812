"""A code is scanned with the camera or typed, and leads to its task or to a report at its place."""

import json
import os
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image
from playwright.sync_api import expect

from citygrid.desk.tests.factories import City, add_cover
from citygrid.intake.models import Report
from citygrid.kernel import clock
from tests.journeys.terminal import Phone

DRAWN = "import encode from 'qr'; process.stdout.write(JSON.stringify(encode(process.argv[1], 'raw')))"


def shown(text: str, folder: Path) -> Path:
    """A film of a sign with this code, as a camera sees it."""
    where = {**os.environ, "PATH": f"{settings.ROOT / '.venv/bin'}:{os.environ['PATH']}"}
    command = ["env", "node", "--input-type=module", "-e", DRAWN, text]
    done = subprocess.run(command, cwd=settings.ROOT / "frontend", env=where, capture_output=True, check=True)
    rows = json.loads(done.stdout)
    code = Image.new("L", (len(rows), len(rows)))
    code.putdata([0 if dark else 255 for row in rows for dark in row])
    scene = Image.new("L", (640, 480), 180)
    scene.paste(code.resize((320, 320), Image.Resampling.NEAREST).rotate(7, fillcolor=255), (170, 90))
    scene.save(folder / "sign.png")
    film = folder / "sign.mjpeg"
    made = ["-loop", "1", "-i", folder / "sign.png", "-t", "2", "-r", "10", "-pix_fmt", "yuvj420p", film]
    subprocess.run(["ffmpeg", "-loglevel", "error", "-y", *made], check=True)
    return film


@pytest.mark.browser
def test_sign_of_a_component_is_scanned_and_reported_at_its_place(
    phone: Callable[..., Phone], city: City, tmp_path: Path, axe: str
) -> None:
    cover = add_cover()
    held = phone(seen=shown(f"https://city.example/c/{cover.pk}", tmp_path))
    held.tap(".tools button:has-text('Scan')")
    expect(held.page.locator(".code")).to_contain_text(cover.pk)
    assert held.grave_findings(axe, "terminal-scan-found") == []
    held.tap(held.page.get_by_role("button", name="Report a problem here"))
    held.tap(".shutter:enabled")
    held.page.locator(".photos img").wait_for()
    held.tap(".send")
    held.wait_for_states("received")
    report = Report.objects.unscoped(reason="test").get()
    assert cover.pk in report.description
    assert (report.location.x, report.location.y) == pytest.approx((cover.location.x, cover.location.y), abs=2e-6)
    assert held.faults == []


@pytest.mark.browser
def test_number_of_a_case_that_is_typed_leads_to_its_task(phone: Callable[..., Phone], city: City) -> None:
    start = clock.now() - timedelta(minutes=50)
    case = city.play(city.case(0, start), "acceptor send_to_verify", start=start)
    held = phone()
    held.page.locator(".task-card").wait_for()
    held.tap(".tools button:has-text('Scan')")
    held.page.fill(".scan input", "nothing")
    held.tap(".scan form button")
    expect(held.page.locator(".scan .told")).to_contain_text("Nothing stands under this code")
    held.page.fill(".scan input", case.number)
    held.tap(".scan form button")
    held.tap(".code .records .line")
    expect(held.page.locator(".task")).to_contain_text(case.number)


@pytest.mark.browser
def test_code_read_without_a_network_goes_with_a_report(phone: Callable[..., Phone], city: City) -> None:
    held = phone()
    held.cut()
    held.tap(".tools button:has-text('Scan')")
    held.page.fill(".scan input", "9000010000000001")
    held.tap(".scan form button")
    held.tap(held.page.get_by_role("button", name="Report a problem here"))
    held.tap(".shutter:enabled")
    held.page.locator(".photos img").wait_for()
    held.tap(".send")
    held.wait_for_states("saved")
    held.cut(False)
    held.wait_for_states("received")
    assert "9000010000000001" in Report.objects.unscoped(reason="test").get().description
    assert held.faults == []
