"""Attacks that use up what others need: time, memory, processes, disk, or the grader's patience."""

from tests.grading.hostile.attack import attack

SPOIL = [
    attack("an end in a cell", "import os\nos._exit(0)", points=0, says="ended the Python"),
    attack("an end in an answer", "import os\ndef norm(x):\n    os._exit(0)", says="ended the Python"),
    attack("sys.exit", "raise SystemExit(0)", "def norm(x):\n    raise SystemExit", says="SystemExit"),
    attack("a crash", "import ctypes\ndef norm(x):\n    return ctypes.string_at(8)", says="crashed"),
    attack("an endless cell", "while True:\n    pass", says="TookTooLong"),
    attack("an endless answer", "def norm(x):\n    while True:\n        pass", says="never ends"),
    attack(
        "an endless answer that catches everything",
        """
        def norm(x):
            while True:
                try:
                    while True:
                        pass
                except BaseException:
                    pass
        """,
        says="stopped",
    ),
    attack("an endless calculation", "def norm(x):\n    return float(7 ** (7 ** 11) % 10)", says="stopped"),
    attack("sleep", "import time\ntime.sleep(1000)"),
    attack("waiting for input", "input()", "def norm(x):\n    return float(input())", says="EOFError"),
    attack("memory in steps", "hoard = []\nwhile True:\n    hoard.append(bytearray(1 << 24))"),
    attack("memory at once", "def norm(x):\n    return np.ones(1 << 40)", says="MemoryError"),
    attack("memory in files", "import os\nfor i in range(1000):\n    os.write(os.memfd_create('x'), bytes(1 << 24))"),
    attack("a fork bomb", "import os\nwhile True:\n    os.fork()"),
    attack(
        "a fork bomb in an answer",
        """
        import os
        def norm(x):
            for i in range(1000):
                try:
                    os.fork()
                except OSError:
                    pass
        """,
    ),
    attack(
        "threads",
        """
        import threading, time
        while True:
            threading.Thread(target=time.sleep, args=(60,)).start()
        """,
    ),
    attack(
        "a flood of output",
        """
        import sys, time
        end = time.monotonic() + 0.2
        while time.monotonic() < end:
            print("x" * 100_000)
            sys.stderr.write("x" * 100_000)
        """,
    ),
    attack("a full disk", "for i in range(9):\n    open(f'/tmp/{i}', 'wb').write(bytes(1 << 23))"),
    attack("full shared memory", "for i in range(9):\n    open(f'/dev/shm/{i}', 'wb').write(bytes(1 << 23))"),
    attack("a large file", "open('/tmp/x', 'wb').truncate(1 << 40)"),
    attack("many open files", "hoard = [open('/dev/null') for i in range(100_000)]"),
    attack("a giant answer", "def norm(x):\n    return np.ones(90_000_000, np.uint8)"),
    attack("an answer of many parts", "def norm(x):\n    return [0.0] * 1_000_000"),
    attack(
        "an answer of many depths",
        """
        def norm(x):
            y = []
            for i in range(1000):
                y = [y]
            return y
        """,
    ),
    attack("a dict of thousands of arrays", "def norm(x):\n    return {str(i): np.ones(900) / 3 for i in range(7000)}"),
    attack(
        "a report of thousands of arrays",
        """
        from layerlab.grading import wire
        pack = wire.pack
        wire.pack = lambda value: pack({"problem": [np.ones(900) / 3] * 9000} if type(value) is dict else value)
        """,
    ),
    attack("an answer of many axes", "def norm(x):\n    return np.ones((1,) * 64)", says="64 axes"),
    attack("a pattern that never matches", "import re\ndef norm(x):\n    re.match('(a+)+$', 'a' * 40 + 'b')"),
    attack(
        "an alarm that is ignored", "import signal\nsignal.signal = print\nsignal.setitimer = print\nwhile True: pass"
    ),
    attack(
        "an end that sleeps",
        "import time\nclass Late:\n    def __del__(self):\n        time.sleep(60)\ndef norm(x):\n    Late()",
    ),
    attack("an answer that contains itself", "def norm(x):\n    y = []\n    y.append(y)\n    return y"),
    attack("a long text", "def norm(x):\n    return 'x' * 100_000_000"),
    attack("a long error", "def norm(x):\n    raise ValueError('x' * 100_000_000)"),
    attack("recursion", "def norm(x):\n    return norm(x)", says="RecursionError"),
    attack("a cell of brackets", "(" * 100_000),
    attack("a hook at the end", "import atexit, time\natexit.register(time.sleep, 60)"),
]
