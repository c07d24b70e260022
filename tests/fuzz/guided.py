"""Atheris: one target for some seconds, guided by what of the product each input reaches.

    python -m tests.fuzz.guided lint --seconds 60 --seed 1

Ends with 0 when nothing was found; else it shows the exception, and leaves the input in the folder that it names.
"""

import argparse
import importlib
import sys
import tempfile
from pathlib import Path
from typing import Any

atheris: Any = importlib.import_module("atheris")  # without types

INSTRUMENTED = (
    "callsheet.scenario",
    "callsheet.lint",
    "callsheet.runs.triggers",
    "callsheet.access",
    "jmespath",
    "cronsim",
)

with atheris.instrument_imports(include=list(INSTRUMENTED), enable_loader_override=False):
    targets = importlib.import_module("tests.fuzz.targets")
    corpus = importlib.import_module("tests.fuzz.corpus")

from tests.fuzz.audited import Watch, bites  # noqa: E402 - after what is instrumented


def main() -> None:
    """Fuzz; does not return."""
    parser = argparse.ArgumentParser()
    parser.add_argument("target", choices=list(targets.TARGETS))
    parser.add_argument("--seconds", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    target, watch = targets.TARGETS[options.target], Watch()
    assert len(bites(watch)) >= 6, "The hook does not see what is forbidden."
    for each in corpus.seeds(options.target):  # imports and files that are read once
        target(each)

    def once(data: bytes) -> None:
        with watch.armed():
            target(data)
        assert not watch.seen, watch.seen

    folder = Path(tempfile.mkdtemp(prefix=f"callsheet-fuzz-{options.target}-"))
    (folder / "corpus").mkdir()
    for number, each in enumerate(corpus.seeds(options.target)):
        (folder / "corpus" / f"seed-{number}").write_bytes(each)
    quoted = ("".join(f"\\x{byte:02x}" for byte in word.encode()) for word in corpus.words(options.target))
    (folder / "words").write_text("".join(f'"{word}"\n' for word in quoted), encoding="ascii")
    flags = [f"-max_total_time={options.seconds}", f"-seed={options.seed}", "-print_final_stats=1", "-max_len=4096"]
    flags += ["-timeout=10", "-rss_limit_mb=2048", f"-artifact_prefix={folder}/", f"-dict={folder / 'words'}"]
    atheris.Setup([sys.argv[0], *flags, str(folder / "corpus")], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
