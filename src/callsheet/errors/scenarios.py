"""What is wrong with a scenario, or with a change of it."""

from callsheet.errors.kinds import Conflict, Invalid, NotFound


class ScenarioNotFound(NotFound):
    """There is no scenario with this id."""

    code = "scenario.not_found"


class ScenarioInvalid(Invalid):
    """The scenario has errors and cannot run."""

    code = "scenario.invalid"


class RevisionConflict(Conflict):
    """Somebody else saved the scenario meanwhile.

    Args:
        message: a sentence.
        current: the revision that is there now; None when there is none.
    """

    code = "scenario.conflict"

    def __init__(self, message: str | None = None, current: str | None = None) -> None:
        super().__init__(message)
        self.current = current


class RevisionRequired(Conflict):
    """The scenario exists: say with If-Match which revision the change was made from."""

    code = "scenario.revision_required"


class ScenarioReadOnly(Conflict):
    """The scenario is a file of the operator's: it is changed there."""

    code = "scenario.read_only"
