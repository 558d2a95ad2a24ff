"""The system calls that a learner's code may make, as a seccomp filter: computing, reading files, and little else.

It is a list of what is allowed, so a call that nobody thought of is refused. No process or thread can be started, so
nothing outlives the submission or multiplies its limits; no sockets, signals, ptrace, mounts or shared memory.
"""

import ctypes
import errno
import platform
import struct

__all__ = ["restrict"]

# name: (number on x86_64, number on aarch64); None where there is no such call
_ALLOWED = {
    # reading, and writing where the file system lets it
    "read": (0, 63),
    "write": (1, 64),
    "readv": (19, 65),
    "writev": (20, 66),
    "pread64": (17, 67),
    "pwrite64": (18, 68),
    "open": (2, None),
    "openat": (257, 56),
    "close": (3, 57),
    "lseek": (8, 62),
    "ftruncate": (77, 46),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "stat": (4, None),
    "fstat": (5, 80),
    "lstat": (6, None),
    "newfstatat": (262, 79),
    "statx": (332, 291),
    "statfs": (137, 43),
    "fstatfs": (138, 44),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getdents64": (217, 61),
    "getcwd": (79, 17),
    "chdir": (80, 49),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "rmdir": (84, None),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "umask": (95, 166),
    "poll": (7, None),
    "ppoll": (271, 73),
    "select": (23, None),
    "pselect6": (270, 72),
    # memory
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "brk": (12, 214),
    # time, and one's own alarm clock
    "nanosleep": (35, 101),
    "clock_nanosleep": (230, 115),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "times": (100, 153),
    "setitimer": (38, 103),
    "getitimer": (36, 102),
    "alarm": (37, None),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    # questions about oneself
    "getpid": (39, 172),
    "getppid": (110, 173),
    "gettid": (186, 178),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "getrlimit": (97, 163),
    "getrusage": (98, 165),
    "sched_getaffinity": (204, 123),
    "sched_yield": (24, 124),
    "sysinfo": (99, 179),
    "uname": (63, 160),
    "getrandom": (318, 278),
    # the C library's own
    "futex": (202, 98),
    "set_robust_list": (273, 99),
    "set_tid_address": (218, 96),
    "rseq": (334, 293),
    "exit": (60, 93),
    "exit_group": (231, 94),
}
# of `fcntl`, copies and flags: others have the kernel send any signal to any process of the same user
_FCNTL = (72, 25)
_FCNTL_COMMANDS = (0, 1, 2, 3, 4, 1030)  # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC
_COLUMNS = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column of the table, AUDIT_ARCH_* of linux/audit.h

# classic BPF, as in linux/bpf_common.h and linux/seccomp.h
_LOAD, _IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _SECOND_ARGUMENT_AT = 0, 4, 24  # offsets in struct seccomp_data
_KILL, _REFUSE, _ALLOW = 0x80000000, 0x00050000 | errno.EPERM, 0x7FFF0000
_PR_SET_SECCOMP, _FILTER = 22, 2


def restrict() -> None:
    """Refuse every system call that is not in the table, for this process and for good.

    Raises:
        OSError: when the machine has no seccomp, or a processor that the table does not know.
    """
    machine = platform.machine()
    if machine not in _COLUMNS:
        raise OSError(errno.ENOSYS, f"no list of system calls for {machine}")
    program = _program(*_COLUMNS[machine])
    buffer = ctypes.create_string_buffer(program, len(program))
    head = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_SECCOMP, _FILTER, head, 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp is refused here")


def _program(column: int, architecture: int) -> bytes:
    """The filter: kill a call made in another architecture's numbers, allow what is listed, refuse the rest."""
    numbers = [row[column] for row in _ALLOWED.values() if row[column] is not None]
    commands = len(_FCNTL_COMMANDS)
    to_end = len(numbers) + 1 + commands  # from the first command: past all comparisons, and past a refusal in between
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_IF_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_IF_EQUAL, 0, commands + 2, _FCNTL[column]),
        (_LOAD, 0, 0, _SECOND_ARGUMENT_AT),
        *((_IF_EQUAL, to_end - i, 0, command) for i, command in enumerate(_FCNTL_COMMANDS)),
        (_RETURN, 0, 0, _REFUSE),
        *((_IF_EQUAL, len(numbers) - i, 0, number) for i, number in enumerate(numbers)),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)
