"""What is wrong with a schedule or a hook, with a change of it, or with a request that a hook gets."""

from callsheet.errors.kinds import CallsheetError, Conflict, Invalid, NotFound, Unavailable
from callsheet.errors.scenarios import RevisionConflict, RevisionRequired


class TriggerNotFound(NotFound):
    """There is no schedule or hook with this name."""

    code = "trigger.not_found"


class ScheduleNotFound(TriggerNotFound):
    """There is no schedule with this name."""

    code = "schedule.not_found"


class HookNotFound(TriggerNotFound):
    """There is no hook with this name."""

    code = "hook.not_found"


class TriggerInvalid(Invalid):
    """The schedule or hook has errors and cannot start anything."""

    code = "trigger.invalid"


class TriggerConflict(RevisionConflict):
    """Somebody else saved the schedule or hook meanwhile."""

    code = "trigger.conflict"


class TriggerRevisionRequired(RevisionRequired):
    """The schedule or hook exists: say with If-Match which revision the change was made from."""

    code = "trigger.revision_required"


class TriggerReadOnly(Conflict):
    """The schedule or hook is a file of the operator's: it is changed there."""

    code = "trigger.read_only"


class HookNotReady(Unavailable):
    """The hook cannot check signatures now: its operator has something to do, and finds what in the log."""

    code = "hook.not_ready"


class SignatureRefused(CallsheetError):
    """The request is not signed with the hook's secret."""

    code = "signature.invalid"


class SignatureExpired(SignatureRefused):
    """The signature's moment is too far from now."""

    code = "signature.expired"
