"""Rules about what the operator gives: secrets, which only tools may get, and plain values of the environment."""

from collections.abc import Collection, Iterator

from callsheet.lint.names import mentioned
from callsheet.lint.suggestions import Suggestions, listed
from callsheet.lint.survey import Survey
from callsheet.scenario.diagnostics import Diagnostic


def misplaced(survey: Survey) -> Iterator[Diagnostic]:
    """E121: a secret anywhere but in the input of a tool step, where it would be journaled."""
    for mention in survey.mentions:
        if not mention.place.secrets and any(path[0] == "secrets" for path in mention.references.paths):
            yield Diagnostic(
                code="E121",
                pointer=mention.pointer,
                message="A secret is used outside the input of a tool step, where it would become part of the history.",
                hint="Give the secret to the tool that needs it, in the 'input' of the step.",
            )


def undeclared(survey: Survey) -> Iterator[Diagnostic]:
    """E120 and E122: a secret or an environment value that the document does not declare."""
    secrets, env = dict.fromkeys(survey.scenario.secrets), dict.fromkeys(survey.scenario.env)
    for mention, path in mentioned(survey):
        if len(path) != 2:
            continue
        if path[0] == "secrets" and mention.place.secrets and path[1] not in secrets:
            hint = _hint("secrets", path[1], secrets, survey.suggestions)
            yield _undeclared("E120", "secret", path[1], hint, mention.pointer)
        if path[0] == "env" and path[1] not in env:
            hint = _hint("env", path[1], env, survey.suggestions)
            yield _undeclared("E122", "environment value", path[1], hint, mention.pointer)


def _hint(key: str, name: str, known: Collection[str], suggestions: Suggestions) -> str:
    hint = suggestions.did_you_mean(name, known)
    if not hint:
        hint = f"Add '{name}' to the document's '{key}'." + (f" {listed('Declared', known)}" if known else "")
    return hint


def _undeclared(code: str, what: str, name: str, hint: str, pointer: str) -> Diagnostic:
    message = f"The {what} '{name}' is not declared."
    return Diagnostic(code=code, pointer=pointer, message=message, hint=hint)
