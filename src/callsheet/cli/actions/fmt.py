"""`callsheet fmt`: what it does."""

import sys
from difflib import unified_diff

from callsheet.cli.commands.fmt import FmtOptions
from callsheet.cli.documents import Written, scenarios_written
from callsheet.cli.failures import DONE, FAILED, Refused, say
from callsheet.cli.reports.checked import full_message
from callsheet.cli.rewriting import rewrite
from callsheet.cli.screen import write
from callsheet.cli.surroundings import surroundings
from callsheet.cli.text import one_line, visible
from callsheet.scenario.formatting import FormattingFailed, format_document
from callsheet.scenario.source import Syntax


async def act(options: FmtOptions) -> int:
    """Format the documents; the exit status."""
    with surroundings(options.places) as settings:
        documents = scenarios_written(options.files, settings, Syntax(options.syntax) if options.syntax else None)
    if options.to is not None:
        if len(documents) != 1 or options.check:
            raise Refused("--to converts one document and writes nothing to its file: name one, without --check.")
        return _converted(documents[0], Syntax(options.to))
    changed = 0
    failed = False
    for document in documents:
        text = _formatted(document, None)
        if text is None:
            failed = True
        elif document.path is None and not options.check:
            sys.stdout.write(text)
        elif text.encode() != document.data:
            changed += 1
            _change(document, text, check=options.check)
    if options.check and not changed and not failed:
        say("Everything is formatted.")
    return FAILED if failed or (changed and options.check) else DONE


def _converted(document: Written, to: Syntax) -> int:
    text = _formatted(document, to)
    if text is not None:
        sys.stdout.write(text)
    return FAILED if text is None else DONE


def _formatted(document: Written, to: Syntax | None) -> str | None:
    """The canonical text; None, and sentences on standard error, when there is none."""
    try:
        return format_document(document.data, document.syntax, to)
    except FormattingFailed as exc:
        for each in exc.diagnostics:
            say(one_line(f"{document.name}:{each.line}:{each.column}: {each.code} {full_message(each)}"))
        if not exc.diagnostics:
            say(one_line(f"{document.name}: {exc}"))
        return None


def _change(document: Written, text: str, *, check: bool) -> None:
    if check:
        before, after = document.text.splitlines(), text.splitlines()
        for line in unified_diff(before, after, document.name, f"{document.name} (formatted)", lineterm=""):
            write(visible(line))
    elif document.path is not None:
        rewrite(document.path, text.encode())
        write(one_line(f"Formatted {document.name}."))
