"""`python -m tests.e2e.ui.pictures [NAME…]`: takes the pictures of the documentation again; `make screenshots`."""

import sys
import tempfile
from pathlib import Path

from tests.e2e.ui.chromium import chromium
from tests.e2e.ui.pictures.house import newsroom
from tests.e2e.ui.pictures.scenes import SCENES
from tests.e2e.ui.pictures.taking import take
from tests.support.service import ROOT

IMAGES = ROOT / "docs" / "images"


def main(names: list[str]) -> None:
    """Take those that are named, or all."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place, newsroom(Path(place) / "newsroom") as service, chromium() as browser:
        for scene in SCENES:
            for name, scheme in scene.files if not names or scene.name in names else ():
                picture = take(browser, service.url, scene, scheme)
                (IMAGES / f"{name}.png").write_bytes(picture.image)
                (IMAGES / f"{name}.txt").write_text(f"{picture.said}\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
