"""What users may import is a list, and importing it costs nothing."""

import subprocess
import sys

import callsheet


def test_the_public_names_are_these_and_all_of_them_exist() -> None:
    assert " ".join(sorted(callsheet.__all__)) == (
        "CallsheetError Record RunId RunService RunState RunStatus Settings StepState StepStatus System "
        "__version__ decode environment load_settings open_system"
    )
    assert all(getattr(callsheet, name) is not None for name in callsheet.__all__)


def test_importing_the_package_imports_nothing_else_of_it() -> None:
    program = "import sys, callsheet; print([name for name in sys.modules if name.startswith('callsheet.')])"
    printed = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=15)
    assert printed.stdout.strip() == "[]"
