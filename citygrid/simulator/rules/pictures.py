"""Photos drawn by code: a street, a wall, a lawn or a bank with what is wrong there, and the same place afterwards.

Nothing in them is real. A picture follows from its scene, its variant and whether it was taken before or after.
"""

from collections.abc import Callable, Mapping
from functools import cache
from io import BytesIO
from math import cos, pi, sin
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT, HORIZON = 800, 600, 250
VARIANTS = 3
QUALITY = 78
Draw = ImageDraw.ImageDraw
Colour = tuple[int, int, int]

SCENES: Mapping[str, str] = {
    **dict.fromkeys(("matter/06010", "component/03005", "matter/06042", "matter/09002"), "bags"),
    **dict.fromkeys(("matter/06017", "component/04013", "matter/06018"), "litter"),
    **dict.fromkeys(("matter/06011", "matter/06036", "matter/06035", "matter/08005", "matter/08006"), "rubble"),
    **dict.fromkeys(("component/01002", "component/01003", "component/01007", "component/01001"), "cover"),
    **dict.fromkeys(("component/01005", "component/01010"), "cover"),
    **dict.fromkeys(("component/01004", "matter/06013", "matter/06030"), "water"),
    **dict.fromkeys(("component/01037", "component/01039"), "lamp"),
    **dict.fromkeys(("component/04002", "matter/10002"), "branch"),
    **dict.fromkeys(("matter/07001", "matter/07003", "matter/06004"), "posters"),
    **dict.fromkeys(("matter/09011", "matter/09010"), "bikes"),
    **dict.fromkeys(("matter/09009", "matter/09012", "matter/06034", "matter/09019"), "car"),
    **dict.fromkeys(("matter/09001", "matter/09005", "matter/09006", "matter/06029", "matter/09020"), "stall"),
    **dict.fromkeys(("matter/06012", "matter/06014", "matter/08012", "matter/08004"), "mud"),
    **dict.fromkeys(("matter/06025", "matter/06026"), "river"),
    **dict.fromkeys(("component/02017", "component/02021", "matter/08007"), "fence"),
}


@cache
def picture(scene: str, variant: int, *, is_after: bool) -> bytes:
    """The JPEG of a scene, without anything else attached."""
    rng = Random(f"{scene} {variant}")  # noqa: S311 - a drawing, no secret
    light = Random(f"{scene} {variant} {is_after}").uniform(0.82, 1.12)  # noqa: S311
    canvas = Image.new("RGB", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(canvas, "RGBA")
    GROUNDS.get(scene, _street)(draw, rng)
    THINGS[scene](draw, rng, is_after)
    canvas = canvas.filter(ImageFilter.GaussianBlur(0.9))
    out = BytesIO()
    _lit(canvas, light, rng).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _lit(canvas: Image.Image, light: float, rng: Random) -> Image.Image:
    """Daylight from one side, darker corners, a rough surface and the grain of a phone."""
    grain = np.random.default_rng(rng.getrandbits(32))
    pixels = np.asarray(canvas, dtype=np.float32)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    corner = ((x / WIDTH - 0.5) ** 2 + (y / HEIGHT - 0.5) ** 2) * 0.55
    side = (x / WIDTH - 0.5) * rng.uniform(-0.25, 0.25)
    coarse = Image.fromarray(grain.normal(128, 34, (75, 100)).clip(0, 255).astype(np.uint8)).resize((WIDTH, HEIGHT))
    rough = (np.asarray(coarse, dtype=np.float32) - 128) * 0.16 + grain.normal(0, 5, (HEIGHT, WIDTH))
    warm = np.array([1.03, 1.0, 0.95], dtype=np.float32)
    lit = pixels * ((1 - corner + side) * light)[..., None] * warm + rough[..., None]
    return Image.fromarray(lit.clip(0, 255).astype(np.uint8))


def _tone(colour: Colour, rng: Random, by: int = 14) -> Colour:
    change = rng.randint(-by, by)
    red, green, blue = (max(0, min(255, part + change)) for part in colour)
    return red, green, blue


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _fade(draw: Draw, top: int, bottom: int, one: Colour, other: Colour) -> None:
    for y in range(top, bottom):
        draw.line((0, y, WIDTH, y), fill=_mix(one, other, (y - top) / max(1, bottom - top)))


# grounds


def _street(draw: Draw, rng: Random) -> None:
    """Houses, a pavement with its joints running together, a kerb and the carriageway."""
    _fade(draw, 0, HORIZON, (176, 196, 214), (216, 222, 224))
    _houses(draw, rng)
    _fade(draw, HORIZON, HEIGHT, _tone((150, 147, 140), rng), _tone((176, 172, 163), rng))
    vanish = rng.randint(300, 500)
    for place in range(-14, 15):
        draw.line((vanish, HORIZON, vanish + place * 130, HEIGHT), fill=(98, 95, 90, 120), width=2)
    y, step = float(HORIZON + 6), 7.0
    while y < HEIGHT:
        draw.line((0, y, WIDTH, y), fill=(98, 95, 90, 120), width=2)
        y, step = y + step, step * 1.33
    side = rng.choice((0, WIDTH))
    near = side + (310 if side == 0 else -310)
    edge = side + (390 if side == 0 else -390)
    asphalt = _tone((74, 76, 80), rng)
    draw.polygon([(vanish, HORIZON), (side, HORIZON + 40), (side, HEIGHT), (near, HEIGHT)], fill=asphalt)
    draw.polygon([(vanish, HORIZON), (near, HEIGHT), (edge, HEIGHT)], fill=(196, 192, 184))
    draw.line((vanish, HORIZON, edge, HEIGHT), fill=(110, 108, 104), width=3)


def _houses(draw: Draw, rng: Random) -> None:
    x = -20
    while x < WIDTH:
        width, height = rng.randint(110, 220), rng.randint(110, 230)
        colour = _tone(rng.choice([(178, 160, 142), (160, 122, 104), (192, 186, 174), (140, 146, 152)]), rng)
        draw.rectangle((x, HORIZON - height, x + width, HORIZON), fill=colour)
        for wy in range(HORIZON - height + 16, HORIZON - 44, 44):
            for wx in range(x + 14, x + width - 26, 42):
                draw.rectangle((wx, wy, wx + 22, wy + 26), fill=_tone((92, 108, 122), rng, 26))
        draw.rectangle((x + width // 3, HORIZON - 38, x + width // 3 + 34, HORIZON), fill=_tone((86, 66, 54), rng))
        x += width + rng.choice((0, 0, 14))


def _wall(draw: Draw, rng: Random) -> None:
    """A wall of bricks or plaster close by, the pavement at its foot."""
    colour = _tone(rng.choice([(158, 96, 78), (190, 184, 170), (170, 160, 146)]), rng)
    draw.rectangle((0, 0, WIDTH, 470), fill=_mix(colour, (70, 66, 62), 0.35))
    for row, y in enumerate(range(0, 470, 26)):
        for x in range(-60 + row % 2 * 32, WIDTH, 64):
            draw.rectangle((x, y, x + 61, y + 23), fill=_tone(colour, rng, 12))
    _fade(draw, 470, HEIGHT, (120, 116, 110), (164, 160, 152))
    for x in range(-200, WIDTH + 200, 110):
        draw.line((x + (x - 400) // 6, 470, x + (x - 400) // 2, HEIGHT), fill=(90, 88, 84), width=2)
    draw.rectangle((0, 462, WIDTH, 474), fill=(84, 80, 76))


def _lawn(draw: Draw, rng: Random) -> None:
    """Grass under trees."""
    _fade(draw, 0, HORIZON, (186, 206, 220), (222, 228, 226))
    for _ in range(46):
        x, y, size = rng.randint(-40, WIDTH), rng.randint(60, HORIZON), rng.randint(50, 110)
        draw.ellipse((x, y - size, x + size * 2, y + size // 2), fill=(*_tone((66, 102, 56), rng, 24), 230))
    _fade(draw, HORIZON, HEIGHT, (92, 122, 66), (112, 146, 74))
    for _ in range(2600):
        y = rng.randint(HORIZON, HEIGHT - 1)
        x, size = rng.randint(0, WIDTH), 2 + (y - HORIZON) // 28
        draw.line((x, y, x + rng.randint(-3, 3), y - size), fill=_tone((96, 134, 66), rng, 34), width=1 + size // 8)


def _bank(draw: Draw, rng: Random) -> None:
    """Water between stone banks."""
    _fade(draw, 0, 170, (178, 198, 214), (218, 224, 226))
    for _ in range(30):
        x, size = rng.randint(-40, WIDTH), rng.randint(30, 70)
        draw.ellipse((x, 150 - size, x + size * 2, 190), fill=_tone((78, 106, 70), rng, 22))
    draw.rectangle((0, 170, WIDTH, 214), fill=_tone((152, 148, 140), rng))
    _fade(draw, 214, HEIGHT, (112, 130, 128), (66, 90, 92))
    for _ in range(220):
        y = rng.randint(216, HEIGHT - 1)
        x, size = rng.randint(-40, WIDTH), 10 + (y - 200) // 5
        draw.line((x, y, x + size, y), fill=(*_tone((150, 170, 170), rng, 30), 110), width=1 + (y - 200) // 130)
    draw.polygon([(0, 520), (WIDTH, 470), (WIDTH, HEIGHT), (0, HEIGHT)], fill=_tone((164, 158, 148), rng))
    draw.line((0, 520, WIDTH, 470), fill=(104, 100, 94), width=5)


# things: what is wrong, and how it looks when it is put right


def _shadow(draw: Draw, x: float, y: float, wide: float, high: float) -> None:
    for grow in (1.25, 1.1, 0.95):
        draw.ellipse((x - wide * grow, y - high * grow, x + wide * grow, y + high * grow), fill=(20, 20, 24, 46))


def _blob(rng: Random, x: float, y: float, wide: float, high: float, rough: float = 0.18) -> list[tuple[float, float]]:
    """An uneven round outline."""
    return [
        (
            x + wide * cos(turn * pi / 12) * (1 + rng.uniform(-rough, rough)),
            y + high * sin(turn * pi / 12) * (1 + rng.uniform(-rough, rough)),
        )
        for turn in range(24)
    ]


def _bags(draw: Draw, rng: Random, is_after: bool) -> None:
    x, y = rng.randint(330, 470), rng.randint(420, 460)
    bins = _tone(rng.choice([(54, 92, 66), (60, 84, 120)]), rng)
    for place in (0, 1):
        left = x - 190 + place * 92
        _shadow(draw, left + 40, y + 2, 52, 10)
        draw.polygon([(left, y - 128), (left + 80, y - 128), (left + 72, y), (left + 8, y)], fill=bins)
        draw.rectangle((left - 5, y - 142, left + 85, y - 126), fill=_mix(bins, (20, 20, 20), 0.3))
        draw.line((left + 40, y - 110, left + 40, y - 30), fill=(*_mix(bins, (255, 255, 255), 0.35), 120), width=18)
    if is_after:
        return
    for _ in range(rng.randint(9, 13)):
        bx, by, size = x + rng.randint(-200, 210), y + rng.randint(-30, 70), rng.randint(26, 52)
        colour = _tone(rng.choice([(36, 38, 42), (40, 40, 46), (198, 200, 204), (164, 44, 48), (60, 92, 150)]), rng)
        _shadow(draw, bx, by + size * 0.7, size, size * 0.22)
        draw.polygon(_blob(rng, bx, by, size, size * 0.78), fill=colour)
        draw.polygon(
            [(bx - 7, by - size * 0.7), (bx + 7, by - size * 0.7), (bx + 13, by - size), (bx - 11, by - size)],
            fill=colour,
        )
        shine = (*_mix(colour, (255, 255, 255), 0.5), 130)
        draw.arc((bx - size * 0.6, by - size * 0.6, bx + size * 0.3, by + size * 0.3), 180, 275, fill=shine, width=4)
    _scraps(draw, rng, x, y + 50, 60)


def _litter(draw: Draw, rng: Random, is_after: bool) -> None:
    if not is_after:
        _scraps(draw, rng, rng.randint(320, 480), 460, 150)


def _scraps(draw: Draw, rng: Random, x: int, y: int, count: int) -> None:
    for _ in range(count):
        sx, sy, size = x + rng.gauss(0, 130), y + rng.gauss(0, 26), rng.uniform(3, 10)
        colour = _tone(rng.choice([(226, 224, 216), (196, 70, 60), (70, 110, 170), (206, 180, 90)]), rng)
        draw.polygon(_blob(rng, sx, sy, size, size * 0.5, 0.5), fill=colour)


def _rubble(draw: Draw, rng: Random, is_after: bool) -> None:
    if is_after:
        return
    x, y = rng.randint(320, 480), 470
    _shadow(draw, x, y + 30, 250, 34)
    draw.polygon(
        [(x - 240, y + 40), (x - 120, y - 70), (x - 20, y - 116), (x + 90, y - 84), (x + 240, y + 40)],
        fill=(140, 128, 116),
    )
    for _ in range(240):
        share = rng.random()
        bx, by = x + rng.uniform(-230, 230) * (1 - share * 0.8), y + 36 - share * 140
        size, turn = rng.uniform(7, 24), rng.uniform(0, pi)
        colour = _tone(rng.choice([(156, 84, 66), (176, 168, 156), (128, 118, 108), (198, 190, 176)]), rng, 22)
        corners = [(bx + size * cos(turn + n * pi / 2), by + size * 0.6 * sin(turn + n * pi / 2)) for n in range(4)]
        draw.polygon(corners, fill=colour, outline=_mix(colour, (30, 28, 26), 0.5))
    for left in (x + 120, x + 180):
        draw.polygon(_blob(rng, left, y + 24, 46, 28, 0.1), fill=(206, 200, 184), outline=(120, 114, 100))


def _cover(draw: Draw, rng: Random, is_after: bool) -> None:
    x, y, wide = rng.randint(330, 470), rng.randint(430, 470), rng.randint(120, 150)
    high = wide * 0.42
    ring = (x - wide - 14, y - high - 7, x + wide + 14, y + high + 7)
    draw.ellipse(ring, fill=(92, 90, 88), outline=(60, 58, 56), width=4)
    if is_after:
        _lid(draw, x, y, wide, high)
        return
    draw.ellipse((x - wide, y - high, x + wide, y + high), fill=(14, 13, 14))
    draw.pieslice((x - wide, y - high, x + wide, y + high + 24), 190, 350, fill=(58, 50, 44))
    draw.ellipse((x - wide + 10, y - high + 26, x + wide - 10, y + high - 2), fill=(10, 10, 11))
    _shadow(draw, x + wide * 1.1, y - high * 0.9, wide * 0.8, high * 0.7)
    _lid(draw, int(x + wide * 1.1), int(y - high * 1.1), int(wide * 0.86), high * 0.72)
    top = x - 40, y - 150
    for lean in (-50, 30, 95):
        draw.line((*top, x + lean - 20, y + 12), fill=(112, 84, 54), width=7)
    for _ in range(60):
        draw.ellipse(
            _dot(top[0] + rng.gauss(0, 34), top[1] + rng.gauss(0, 24), rng.uniform(6, 13)),
            fill=_tone((72, 110, 54), rng, 26),
        )


def _lid(draw: Draw, x: int, y: int, wide: int, high: float) -> None:
    draw.ellipse((x - wide, y - high, x + wide, y + high), fill=(84, 82, 80), outline=(52, 50, 50), width=4)
    for share in (0.8, 0.6, 0.4, 0.2):
        draw.ellipse(
            (x - wide * share, y - high * share, x + wide * share, y + high * share), outline=(58, 56, 56), width=4
        )
    for turn in range(12):
        tx, ty = x + wide * 0.94 * cos(turn * pi / 6), y + high * 0.94 * sin(turn * pi / 6)
        draw.line((x, y, tx, ty), fill=(60, 58, 57), width=2)


def _dot(x: float, y: float, size: float) -> tuple[float, float, float, float]:
    return x - size, y - size * 0.8, x + size, y + size * 0.8


def _water(draw: Draw, rng: Random, is_after: bool) -> None:
    x, y = rng.randint(320, 480), 480
    for place in range(7):
        draw.rectangle((x - 96 + place * 28, y + 62, x - 82 + place * 28, y + 98), fill=(38, 38, 40))
    draw.rectangle((x - 106, y + 54, x + 106, y + 106), outline=(96, 94, 92), width=9)
    if is_after:
        return
    draw.polygon(_blob(rng, x, y, 330, 108, 0.1), fill=(74, 78, 76, 225))
    draw.polygon(_blob(rng, x - 10, y - 8, 290, 84, 0.1), fill=(124, 136, 140, 150))
    for _ in range(26):
        lx, ly = x + rng.uniform(-240, 220), y + rng.uniform(-66, 66)
        draw.line((lx, ly, lx + rng.uniform(20, 80), ly), fill=(214, 222, 226, 120), width=2)
    for _ in range(70):
        leaf = _tone(rng.choice([(142, 108, 46), (104, 84, 44), (88, 106, 52)]), rng, 20)
        draw.polygon(
            _blob(rng, x + rng.gauss(0, 90), y + 64 + rng.gauss(0, 22), rng.uniform(6, 13), 5, 0.4), fill=leaf
        )


def _lamp(draw: Draw, rng: Random, is_after: bool) -> None:
    draw.rectangle((0, 0, WIDTH, HEIGHT), fill=(12, 16, 34, 196))  # it is night
    x = rng.randint(300, 500)
    if is_after:
        for size in range(230, 20, -14):
            draw.ellipse((x + 96 - size, 96 - size, x + 96 + size, 96 + size), fill=(255, 214, 138, 9))
        draw.polygon([(x + 70, 104), (x + 124, 104), (x + 330, HEIGHT), (x - 170, HEIGHT)], fill=(255, 214, 138, 42))
        draw.ellipse((x - 170, 470, x + 350, 600), fill=(255, 214, 138, 40))
    draw.rectangle((x - 7, 70, x + 7, 540), fill=(88, 92, 98))
    draw.rectangle((x - 16, 500, x + 16, 552), fill=(74, 78, 84))
    draw.line((x, 74, x + 96, 84), fill=(88, 92, 98), width=9)
    draw.polygon([(x + 62, 78), (x + 134, 86), (x + 126, 106), (x + 66, 102)], fill=(70, 74, 80))
    draw.polygon(
        [(x + 70, 102), (x + 124, 106), (x + 114, 116), (x + 78, 114)],
        fill=(255, 240, 200) if is_after else (52, 54, 58),
    )


def _branch(draw: Draw, rng: Random, is_after: bool) -> None:
    trunk = rng.choice((70, 700))
    draw.polygon(
        [(trunk - 30, HEIGHT), (trunk + 38, HEIGHT), (trunk + 22, 0), (trunk - 18, 0)], fill=_tone((92, 72, 54), rng)
    )
    for _ in range(130):
        draw.ellipse(
            _dot(trunk + rng.gauss(0, 110), rng.gauss(20, 60), rng.uniform(14, 34)),
            fill=(*_tone((70, 106, 54), rng, 30), 235),
        )
    if is_after:
        return
    draw.polygon([(120, 470), (690, 410), (700, 424), (130, 498)], fill=(104, 80, 58))
    for _ in range(9):
        x: float = rng.randint(200, 660)
        y = 484 - (x - 120) * 0.11
        draw.line(
            (x, y, x + rng.randint(-90, 90), y + rng.choice((-1, 1)) * rng.randint(40, 110)),
            fill=(104, 80, 58),
            width=6,
        )
    for _ in range(420):
        x = rng.uniform(190, 720)
        y = 480 - (x - 120) * 0.11 + rng.gauss(0, 46)
        draw.ellipse(
            _dot(x, y, rng.uniform(5, 14)),
            fill=_tone(rng.choice([(78, 116, 56), (98, 132, 60), (60, 92, 48)]), rng, 20),
        )


def _posters(draw: Draw, rng: Random, is_after: bool) -> None:
    for _ in range(0 if is_after else rng.randint(9, 14)):
        x, y, wide, high = rng.randint(40, 660), rng.randint(40, 340), rng.randint(70, 120), rng.randint(90, 130)
        paper = _tone(rng.choice([(236, 232, 220), (240, 210, 90), (206, 60, 54), (150, 196, 226)]), rng)
        lean = rng.randint(-10, 10)
        draw.polygon(
            [(x, y + lean), (x + wide, y), (x + wide + lean, y + high), (x + lean, y + high + lean)], fill=paper
        )
        for line in range(y + 16, y + high - 14, 13):
            ink = _mix(paper, (20, 20, 30), 0.8)
            draw.line((x + 12, line, x + wide - rng.randint(12, 40), line), fill=ink, width=rng.choice((3, 5)))
    for _ in range(10):
        x, y = rng.randint(40, 700), rng.randint(60, 400)
        draw.polygon(_blob(rng, x, y, 34, 22, 0.3), fill=(214, 208, 196, 70))  # what glue leaves


def _bikes(draw: Draw, rng: Random, is_after: bool) -> None:
    colour = _tone(rng.choice([(230, 180, 40), (60, 140, 210), (70, 170, 110)]), rng)
    for place in range(5 if is_after else 9):
        x = 90 + place * 128 if is_after else rng.randint(60, 660)
        _bike(draw, x, 430 if is_after else rng.randint(400, 530), 0 if is_after else rng.uniform(-1.0, 1.0), colour)


def _bike(draw: Draw, x: float, y: float, lean: float, colour: Colour) -> None:
    flat = 1 - abs(lean) * 0.5
    _shadow(draw, x + 50, y + 34 * flat, 86, 9)

    def at(dx: float, dy: float) -> tuple[float, float]:
        return x + dx - dy * lean * 0.8, y + dy * flat

    for wheel in (0, 104):
        cx, cy = at(wheel, 0)
        draw.ellipse((cx - 34, cy - 34 * flat, cx + 34, cy + 34 * flat), outline=(34, 34, 36), width=6)
    for one, other in (
        ((0, 0), (38, -50)),
        ((38, -50), (92, -52)),
        ((104, 0), (88, -72)),
        ((52, 0), (38, -50)),
        ((52, 0), (92, -52)),
        ((0, 0), (52, 0)),
    ):
        draw.line((*at(*one), *at(*other)), fill=colour, width=8)
    draw.line((*at(74, -76), *at(104, -78)), fill=(40, 40, 42), width=6)
    draw.line((*at(24, -62), *at(54, -60)), fill=(30, 30, 32), width=9)


def _car(draw: Draw, rng: Random, is_after: bool) -> None:
    if is_after:
        return
    x, y = rng.randint(170, 290), 470
    colour = _tone(rng.choice([(180, 184, 190), (150, 40, 44), (44, 60, 96), (226, 226, 222), (46, 48, 52)]), rng)
    _shadow(draw, x + 210, y + 52, 240, 20)
    roof = [(x + 84, y - 62), (x + 134, y - 138), (x + 290, y - 138), (x + 350, y - 62)]
    draw.polygon(roof, fill=_mix(colour, (20, 20, 24), 0.15))
    draw.polygon([(x + 104, y - 64), (x + 142, y - 126), (x + 206, y - 126), (x + 206, y - 64)], fill=(70, 88, 102))
    draw.polygon([(x + 216, y - 64), (x + 216, y - 126), (x + 282, y - 126), (x + 328, y - 64)], fill=(78, 96, 110))
    draw.rounded_rectangle((x, y - 66, x + 420, y + 36), radius=34, fill=colour)
    draw.line((x + 20, y - 30, x + 400, y - 30), fill=_mix(colour, (255, 255, 255), 0.4), width=5)
    draw.line((x + 210, y - 62, x + 210, y + 26), fill=_mix(colour, (10, 10, 10), 0.5), width=2)
    for wheel in (x + 88, x + 330):
        draw.ellipse((wheel - 46, y - 12, wheel + 46, y + 66), fill=(28, 28, 30))
        draw.ellipse((wheel - 24, y + 6, wheel + 24, y + 48), fill=(150, 152, 156))
    draw.ellipse((x + 392, y - 46, x + 420, y - 22), fill=(246, 232, 190))


def _stall(draw: Draw, rng: Random, is_after: bool) -> None:
    if is_after:
        return
    x, y = rng.randint(210, 300), 500
    cloth = _tone(rng.choice([(190, 60, 54), (60, 110, 170), (60, 140, 90)]), rng)
    _shadow(draw, x + 190, y + 6, 230, 22)
    for post in (x + 10, x + 370):
        draw.rectangle((post - 4, y - 270, post + 4, y), fill=(120, 120, 124))
    for place in range(10):
        left = x - 24 + place * 43
        stripe = cloth if place % 2 else (236, 232, 224)
        draw.polygon([(left + 12, y - 300), (left + 52, y - 300), (left + 43, y - 232), (left, y - 232)], fill=stripe)
    draw.polygon([(x, y - 96), (x + 380, y - 96), (x + 410, y - 60), (x - 30, y - 60)], fill=(150, 116, 78))
    draw.rectangle((x - 30, y - 60, x + 410, y), fill=(116, 88, 60))
    for place in range(5):
        fruit = _tone(rng.choice([(220, 130, 40), (190, 50, 46), (110, 160, 60), (230, 200, 80)]), rng)
        for _ in range(26):
            draw.ellipse(
                _dot(x + 30 + place * 78 + rng.gauss(0, 18), y - 96 + rng.gauss(0, 11), 10),
                fill=_tone(fruit, rng, 16),
                outline=_mix(fruit, (30, 20, 10), 0.4),
            )
    _scraps(draw, rng, x + 190, y + 40, 30)


def _mud(draw: Draw, rng: Random, is_after: bool) -> None:
    for _ in range(2 if is_after else 42):
        x, y = rng.gauss(400, 170), rng.uniform(330, 590)
        wide = rng.uniform(20, 90) * (y / 450)
        draw.polygon(
            _blob(rng, x, y, wide, wide * 0.24, 0.3), fill=(*_tone((112, 86, 58), rng, 20), 30 if is_after else 190)
        )
    if is_after:
        draw.polygon(_blob(rng, 400, 470, 300, 80, 0.12), fill=(60, 62, 66, 60))  # still wet from washing
        return
    for track in (-46, 46):
        draw.line((400 + track * 0.4, HORIZON + 40, 400 + track * 3, HEIGHT), fill=(92, 70, 48, 190), width=34)
    for _ in range(260):
        draw.ellipse(
            _dot(rng.gauss(400, 200), rng.uniform(330, 596), rng.uniform(2, 7)), fill=_tone((120, 108, 92), rng, 24)
        )


def _river(draw: Draw, rng: Random, is_after: bool) -> None:
    for _ in range(0 if is_after else 90):
        x, y = rng.gauss(400, 200), rng.uniform(250, 470)
        size = 4 + (y - 200) / 18
        colour = _tone(
            rng.choice([(226, 226, 220), (104, 130, 60), (84, 112, 50), (150, 170, 190), (190, 60, 54)]), rng, 20
        )
        draw.polygon(_blob(rng, x, y, size, size * 0.45, 0.35), fill=colour)


def _fence(draw: Draw, rng: Random, is_after: bool) -> None:
    for place in range(6):
        x, y = 40 + place * 126, 470
        lean = 0 if is_after else rng.choice((0, 0, -70, 80, 120))
        drop = abs(lean) * 0.9
        panel = [(x + lean, y - 140 + drop), (x + 112 + lean, y - 140 + drop), (x + 112, y), (x, y)]
        _shadow(draw, x + 56, y + 4, 66, 8)
        draw.polygon(panel, outline=(214, 216, 214), width=8)
        for bar in range(1, 6):
            draw.line((x + bar * 19 + lean, y - 138 + drop, x + bar * 19, y), fill=(206, 208, 208), width=6)
        draw.line((x + lean, y - 100 + drop, x + 112 + lean * 0.8, y - 100 + drop), fill=(60, 110, 170), width=9)


Ground = Callable[[Draw, Random], None]
GROUNDS: Mapping[str, Ground] = {"posters": _wall, "river": _bank, "litter": _lawn}
THINGS: Mapping[str, Callable[[Draw, Random, bool], None]] = {
    "bags": _bags,
    "litter": _litter,
    "rubble": _rubble,
    "cover": _cover,
    "water": _water,
    "lamp": _lamp,
    "branch": _branch,
    "posters": _posters,
    "bikes": _bikes,
    "car": _car,
    "stall": _stall,
    "mud": _mud,
    "river": _river,
    "fence": _fence,
}
