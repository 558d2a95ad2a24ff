"""How much a submission may use: time, memory, files; the same in every sandbox."""

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Args:
        seconds: of wall time, and of processor time, for the whole submission.
        step_seconds: for a cell, and for an exercise; what takes longer is stopped, and the rest goes on.
        memory: bytes of address space.
        scratch: bytes in each of its temporary folders, and in a file.
        files: that are open at a time.
    """

    seconds: float = 20.0
    step_seconds: float = 4.0
    memory: int = 1 << 30
    scratch: int = 16 << 20
    files: int = 64

    def resources(self) -> dict[str, int]:
        """The limits that the kernel keeps, by the names of `resource`."""
        return {
            "CPU": max(1, round(self.seconds)),
            "AS": self.memory,
            "FSIZE": self.scratch,
            "NOFILE": self.files,
            "CORE": 0,
            "NPROC": 0,  # not one process or thread more; root is not bound by it, hence the change of user
            "MEMLOCK": 0,
            "MSGQUEUE": 0,
        }
