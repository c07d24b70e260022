"""`callsheet lint`: what it does."""

from collections.abc import Sequence

from callsheet.cli.commands.lint import LintOptions, ReportFormat
from callsheet.cli.documents import Written, written
from callsheet.cli.failures import DONE, FAILED, Refused, say
from callsheet.cli.linting import context_of, known_scenarios, locked_signatures, lockfile_path
from callsheet.cli.reports.checked import Checked
from callsheet.cli.reports.github import github_lines
from callsheet.cli.reports.json_list import json_list
from callsheet.cli.reports.sarif import sarif_log
from callsheet.cli.reports.text import show
from callsheet.cli.rewriting import rewrite
from callsheet.cli.screen import write, write_json
from callsheet.cli.start import importing
from callsheet.cli.surroundings import surroundings
from callsheet.cli.text import one_line
from callsheet.lint.context import LintContext
from callsheet.lint.document import read_scenario
from callsheet.lint.fixes import fix
from callsheet.lint.signatures import Signatures
from callsheet.runs.triggers.reading import read_trigger
from callsheet.scenario.diagnostics import Diagnostic, Severity
from callsheet.scenario.source import Syntax
from callsheet.settings import Settings

_MARK = b"\xef\xbb\xbf"


async def act(options: LintOptions) -> int:
    """Check the documents; the exit status."""
    with surroundings(options.places) as settings:
        documents = written(options.files, settings, Syntax(options.syntax) if options.syntax else None)
        context = await _context(options, documents, settings)
        if options.fix:
            documents = tuple(each if each.trigger else _fixed(each, context) for each in documents)
        if not documents:
            say(f"There are no scenarios in {one_line(', '.join(options.files) or str(settings.scenarios))}.")
        checked = [Checked(file=each.name, text=each.text, diagnostics=_check(each, context)) for each in documents]
    _report(checked, ReportFormat(options.format))
    errors = any(diagnostic.severity is Severity.ERROR for each in checked for diagnostic in each.diagnostics)
    return FAILED if errors else DONE


async def _context(options: LintOptions, documents: Sequence[Written], settings: Settings) -> LintContext:
    locked = locked_signatures(lockfile_path(options.lockfile, settings), options.locked)
    live = await _live(settings) if options.live else None
    return context_of(
        (await known_scenarios([each for each in documents if each.trigger is None], settings)).by_id,
        locked=locked,
        live=live,
    )


async def _live(settings: Settings) -> Signatures:
    with importing():
        from callsheet.cli.live_signatures import live_signatures  # noqa: PLC0415 - what talks to servers, only with --live
    return await live_signatures(settings)


def _check(document: Written, context: LintContext) -> tuple[Diagnostic, ...]:
    if document.trigger is not None:
        return read_trigger(document.trigger, document.data, document.syntax, context).diagnostics
    return read_scenario(document.data, document.syntax, context).diagnostics


def _fixed(document: Written, context: LintContext) -> Written:
    """The document after its corrections, which are written to its file and told on standard error."""
    if document.path is None:
        raise Refused("Standard input cannot be corrected: name a file.")

    def check(text: str) -> tuple[Diagnostic, ...]:
        return read_scenario(text.encode(), document.syntax, context).diagnostics

    try:
        text = document.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return document
    done = fix(text, document.syntax, check)
    if not done.fixes:
        return document
    mark = _MARK if document.data.startswith(_MARK) else b""
    data = mark + done.text.encode()
    rewrite(document.path, data)
    for made in done.fixes:
        say(one_line(f"{document.name}:{made.line}:{made.column}: corrected {made.code}: {made.message}"))
    return Written(name=document.name, path=document.path, syntax=document.syntax, data=data)


def _report(checked: Sequence[Checked], wanted: ReportFormat) -> None:
    match wanted:
        case ReportFormat.TEXT:
            show(checked)
        case ReportFormat.JSON:
            write_json(json_list(checked))
        case ReportFormat.GITHUB:
            for line in github_lines(checked):
                write(line)
        case ReportFormat.SARIF:
            write_json(sarif_log(checked))
