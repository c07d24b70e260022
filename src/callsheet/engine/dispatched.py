"""A run that an engine has taken up."""

from dataclasses import dataclass, field

from callsheet.runs.control import Control, Wish


@dataclass(slots=True)
class Dispatched:
    """A run that waits for a free place, is at work, or waits for the journal to come back.

    Attributes:
        control: of the execution at work; each has its own, for a control that was asked to park stays so.
        again: whether the run was dispatched after that execution began. One that begins looks at everything anew.
        cancelled: whether `Wish.CANCEL` was asked for; every further execution shall know it.
        let_go: whether the run was asked to be left as it is; there shall be no further execution here.
    """

    control: Control = field(default_factory=Control)
    again: bool = False
    cancelled: bool = False
    let_go: bool = False

    def begin(self) -> Control:
        """The control of an execution that begins now."""
        self.again, self.control = False, Control()
        if self.cancelled:
            self.control.request(Wish.CANCEL)
        return self.control

    def look_again(self) -> None:
        """There is something new in the journal."""
        self.again = True
        self.control.wake()

    def cancel(self) -> None:
        """Ask the execution for the run's end, and every later one."""
        self.cancelled = True
        self.control.request(Wish.CANCEL)

    def leave(self, wish: Wish) -> None:
        """Ask the execution to let go of the run, with `Wish.DRAIN` or `Wish.STOP`."""
        self.let_go = True
        self.control.request(wish)
