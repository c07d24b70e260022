"""`python -m tests.e2e.ui.pictures [NAME…]`: takes the pictures of the documentation again; `make screenshots`."""

import sys
import tempfile
from pathlib import Path

from tests.e2e.ui.chromium import chromium
from tests.e2e.ui.pictures.house import newsroom
from tests.e2e.ui.pictures.png import small
from tests.e2e.ui.pictures.scenes import SCENES
from tests.e2e.ui.pictures.taking import IMAGES, SAID, take


def main(names: list[str]) -> None:
    """Take those that are named, or all."""
    for folder in (IMAGES, SAID):
        folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place, newsroom(Path(place) / "newsroom") as service, chromium() as browser:
        blank = browser.new_page()
        for scene in SCENES:
            for name, scheme in scene.files if not names or scene.name in names else ():
                picture = take(browser, service.url, scene, scheme)
                (IMAGES / f"{name}.png").write_bytes(small(blank, picture.image))
                (SAID / f"{scene.name}.txt").write_text(f"{picture.said}\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
