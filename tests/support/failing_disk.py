"""Runs a command on a disk that fails when it is told to: `python failing_disk.py CONTROL FILES COMMAND …`.

CONTROL is a file that says how the disk is, at any time anew:
* nothing: it works;
* `full`: no write takes place, ENOSPC;
* `refuses`: no write takes place, EIO;
* `loses`: writes take place, and no flush of them to the disk succeeds, EIO.

The errors are what the system calls of the command return for files whose paths begin with FILES (pwrite64, fsync and
fdatasync: what SQLite uses), and all above them is as it always is. No privilege is needed: a process may let another
one decide about its own system calls (seccomp_unotify(2), Linux 5.5). That other one is made here; it ends with the
command. Without arguments the exit status tells whether this machine allows it.
"""

import array
import ctypes
import errno
import fcntl
import os
import platform
import select
import socket
import struct
import subprocess
import sys
from pathlib import Path

AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
SECCOMP = {"x86_64": 317, "aarch64": 277}
PWRITE = {"x86_64": 18, "aarch64": 68}
FLUSHES = {"x86_64": (74, 75), "aarch64": (82, 83)}

PR_SET_NO_NEW_PRIVS = 38
SECCOMP_SET_MODE_FILTER = 1
SECCOMP_FILTER_FLAG_NEW_LISTENER = 8
SECCOMP_RET_USER_NOTIF = 0x7FC00000
SECCOMP_RET_ALLOW = 0x7FFF0000
SECCOMP_IOCTL_NOTIF_RECV = 0xC0502100
SECCOMP_IOCTL_NOTIF_SEND = 0xC0182101
SECCOMP_USER_NOTIF_FLAG_CONTINUE = 1
NOTIFICATION = struct.Struct("=QIIiIQ6Q")
ANSWER = struct.Struct("=QqiI")

LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
OFFSET_OF_NUMBER, OFFSET_OF_ARCH = 0, 4


class _Program(ctypes.Structure):
    _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def can_fail() -> bool:
    """Whether this machine lets a process decide about the system calls of another one."""
    machine = platform.machine()
    return machine in SECCOMP and subprocess.run([sys.executable, __file__], check=False).returncode == 0


def _listen(machine: str) -> int:
    """Ask about every write and flush of this process from now on; the descriptor of the questions, -1 for none."""
    numbers = (PWRITE[machine], *FLUSHES[machine])
    steps = [(LOAD_WORD, 0, 0, OFFSET_OF_ARCH), (JUMP_IF_EQUAL, 0, len(numbers) + 1, AUDIT_ARCH[machine])]
    steps += [(LOAD_WORD, 0, 0, OFFSET_OF_NUMBER)]
    steps += [(JUMP_IF_EQUAL, len(numbers) - place, 0, number) for place, number in enumerate(numbers)]
    steps += [(RETURN, 0, 0, SECCOMP_RET_ALLOW), (RETURN, 0, 0, SECCOMP_RET_USER_NOTIF)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = _Program(len(steps), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return -1
    flags = SECCOMP_FILTER_FLAG_NEW_LISTENER
    return int(libc.syscall(SECCOMP[machine], SECCOMP_SET_MODE_FILTER, flags, ctypes.byref(program)))


class Disk:
    """Decides about the system calls of a process.

    Args:
        control: see above.
        files: how the paths begin of what the disk holds.
        pid: the process; what its children do succeeds.
    """

    def __init__(self, control: Path, files: str, pid: int) -> None:
        self._control = control
        self._files = files
        self._pid = pid
        self._pwrite = PWRITE[platform.machine()]

    def answer(self, questions: int) -> None:
        """Take one question and answer it; who asked may be dead by now."""
        asked = bytearray(NOTIFICATION.size)
        try:
            fcntl.ioctl(questions, SECCOMP_IOCTL_NOTIF_RECV, asked)
            number, thread, _, call, _, _, descriptor, *_ = NOTIFICATION.unpack(asked)
            error = self._error(thread, call, descriptor)
            flags = 0 if error else SECCOMP_USER_NOTIF_FLAG_CONTINUE
            fcntl.ioctl(questions, SECCOMP_IOCTL_NOTIF_SEND, ANSWER.pack(number, 0, -error, flags))
        except OSError as exc:
            if exc.errno not in {errno.ENOENT, errno.EINTR}:
                raise

    def _error(self, thread: int, call: int, descriptor: int) -> int:
        state = self._control.read_text(encoding="ascii").strip()
        is_write = call == self._pwrite
        if state not in ({"full", "refuses"} if is_write else {"loses"}) or not self._is_ours(thread, descriptor):
            return 0
        return errno.ENOSPC if state == "full" else errno.EIO

    def _is_ours(self, thread: int, descriptor: int) -> bool:
        try:
            os.stat(f"/proc/{self._pid}/task/{thread}")
            return os.readlink(f"/proc/{self._pid}/fd/{descriptor}").startswith(self._files)
        except OSError:
            return False


def _serve(disk: Disk, pid: int, line: socket.socket) -> None:
    """Answer questions until the process is dead."""
    _, [(_, _, data)], _, _ = line.recvmsg(1, socket.CMSG_SPACE(4))
    questions = array.array("i", data)[0]
    dead = os.pidfd_open(pid)
    while True:
        ready, _, _ = select.select([questions, dead], [], [])
        if dead in ready:
            return
        disk.answer(questions)


def main(control: Path, files: str, command: list[str]) -> None:
    """Become the command, on such a disk."""
    ours, theirs = socket.socketpair()
    pid = os.getpid()
    if not os.fork():
        if os.fork():
            os._exit(0)  # the command shall not have a child that it knows nothing of
        os.chdir("/")
        os.closerange(0, 3)
        ours.close()
        _serve(Disk(control, files, pid), pid, theirs)
        os._exit(0)
    os.wait()
    questions = _listen(platform.machine())
    if questions < 0:
        raise OSError("This machine does not let a process decide about the system calls of another one.")
    ours.sendmsg([b"q"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [questions]))])
    os.close(questions)
    ours.close()
    theirs.close()
    os.execv(command[0], command)


if __name__ == "__main__":
    if len(sys.argv) == 1:
        sys.exit(_listen(platform.machine()) < 0)
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
