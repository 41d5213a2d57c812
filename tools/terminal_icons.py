"""The pictures of the terminal's app icon: a pin in a grid. `python -m tools.terminal_icons` draws them anew."""

from PIL import Image, ImageDraw

from tools.source import PACKAGE

FOLDER = PACKAGE / "terminal" / "static" / "terminal"
GROUND, LINE, PIN = "#0d4a94", "#5f8fca", "#ffffff"
FINE = 4  # times as large, then scaled down, for smooth edges


def drawn(size: int) -> Image.Image:
    """A square of so many pixels; what matters lies inside the middle 80 %, which every mask leaves."""
    side = size * FINE
    picture = Image.new("RGB", (side, side), GROUND)
    draw = ImageDraw.Draw(picture)
    for part in (0.3, 0.5, 0.7):
        for line in ((part, 0.14, part, 0.86), (0.14, part, 0.86, part)):
            draw.line([each * side for each in line], fill=LINE, width=side // 48)
    draw.polygon([(0.335 * side, 0.475 * side), (0.665 * side, 0.475 * side), (0.5 * side, 0.79 * side)], fill=PIN)
    draw.ellipse([0.315 * side, 0.2 * side, 0.685 * side, 0.57 * side], fill=PIN)
    draw.ellipse([0.425 * side, 0.31 * side, 0.575 * side, 0.46 * side], fill=GROUND)
    return picture.resize((size, size), Image.Resampling.LANCZOS)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for size in (192, 512):
        drawn(size).save(FOLDER / f"icon-{size}.png", optimize=True)


if __name__ == "__main__":
    main()
