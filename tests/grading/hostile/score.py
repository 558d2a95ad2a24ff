"""Attacks that want points for nothing."""

from tests.grading.hostile.attack import attack
from tests.grading.small import code

# wrong answers to the other two exercises, for attacks that want them counted
WRONG = """
def norm(x):
    return 0.0
class Counter:
    def __init__(self, start):
        self.total = 0.0
    def add(self, x):
        return 0.0
"""
# every descriptor but the standard three: some of them lead to the grader
WIRES = """
import os
from layerlab.grading import wire
from layerlab.grading.plan import Outcome
def say(data):
    for number in range(3, 64):
        try:
            os.write(number, data)
        except OSError:
            pass
"""
CHECK = {"grade": True, "locked": True, "solution": False, "grade_id": "norm-check", "points": 99}

SCORE = [
    attack("comparisons patched", WRONG, "np.allclose = np.isclose = np.array_equal = lambda *a, **k: np.True_"),
    attack("numpy.testing patched", WRONG, "import numpy.testing\nnumpy.testing.assert_allclose = print"),
    attack("numpy replaced", WRONG, "import sys, types\nsys.modules['numpy'] = types.ModuleType('numpy')"),
    attack("a numpy.py beside the notebook", WRONG, "open('numpy.py', 'w').write('1 / 0')", "import numpy"),
    attack("check replaced", WRONG, "import layerlab.grading\nlayerlab.grading.check = lambda *a: print('right')"),
    attack("check replaced by name", WRONG, "check = print", "check('norm', norm)"),
    attack(
        "perform replaced", WRONG, "from layerlab.grading import plan\nplan.perform = lambda *a: [plan.Outcome(1.0)]"
    ),
    attack("wire replaced", WRONG, "from layerlab.grading import wire\nwire.pack = lambda value: b''"),
    attack(
        "builtins broken",
        WRONG,
        "import builtins\nbuiltins.isinstance = lambda *a: True\nbuiltins.len = lambda x: 1",
    ),
    attack("outcomes forged", WRONG, WIRES, "say(wire.pack([[Outcome(0.0)], [Outcome(0.0)]]) * 3)"),
    attack(
        "a report forged", WRONG, WIRES, "say(wire.pack({'problem': '', 'faults': [['x', 1, None]], 'points': 99}))"
    ),
    attack("a result forged", WRONG, WIRES, """say(b'{"student": "me", "points": 6, "max_points": 6}\\n')"""),
    attack("nonsense on the wire", WRONG, WIRES, "say(bytes(range(256)) * 40)"),
    attack("a frame of 4 GB announced", WRONG, WIRES, "say(b'\\xff' * 8)"),
    attack("a frame without an end", WRONG, WIRES, "say(b'\\xff\\xff\\x01\\x00' * 2)", "import os\nos._exit(0)"),
    attack("a wire that is closed", WRONG, "import os\nos.closerange(3, 64)", says="stopped"),
    attack("not-a-numbers", "def norm(x):\n    return np.nan", "Counter = lambda start: np.full(9, np.nan)"),
    attack(
        "equal to everything",
        """
        class Any(float):
            __eq__ = __le__ = __lt__ = lambda *a: True
            __hash__ = None
        def norm(x):
            return Any()
        """,
    ),
    attack(
        "an array class of one's own",
        """
        class Mine(np.ndarray):
            def __array_function__(self, *a):
                return True
        def norm(x):
            return x[0].view(Mine)
        """,
    ),
    attack(
        "a pickle that runs",
        """
        import os
        class Bomb:
            def __reduce__(self):
                return os.system, ("touch " + OUTSIDE + "/pickled",)
        def norm(x):
            return Bomb()
        """,
    ),
    attack("an array of objects", "def norm(x):\n    return np.array([object()], dtype=object)"),
    attack("check cells edited", WRONG, code("def norm(x): return np.sqrt(np.sum(x ** 2))", nbgrader=CHECK)),
    attack("check cells twice", WRONG, *[code("check('norm', norm)", nbgrader=CHECK)] * 2),
    attack("points in the metadata", code(WRONG, nbgrader=CHECK | {"solution": True, "points": 198})),
    attack("cells tagged to be skipped", code(WRONG, tags=["skip-execution", "raises-exception"])),
    attack(
        "the layers themselves",
        "from layerlab.constraints import MaxNorm\ndef norm(x):\n    return MaxNorm()(x)",
        says="answered with NumPy",
    ),
    attack(
        "the exercises themselves",
        "from layerlab.grading.exercises import chapter_04_constraints as c\nnorm = c.EXERCISES[0].reference",
        says="not define `norm`",
    ),
    attack(
        "references looked up in memory",
        """
        import gc
        def norm(x):
            return next(o.reference for o in gc.get_objects() if type(o).__name__ == "Exercise")(x)
        """,
    ),
    attack(
        "references looked up in frames",
        """
        import sys
        def norm(x):
            frame = sys._getframe()
            while frame:
                for name, value in frame.f_locals.items():
                    if name in ("expected", "right", "reference", "exercise"):
                        return value
                frame = frame.f_back
        """,
    ),
    attack(
        "references looked up on the disk",
        """
        import os
        for folder, _, names in os.walk("/"):
            for name in names:
                if name.startswith("chapter_") or name in ("verdict.py", "grader.py"):
                    def norm(x):
                        raise ValueError("found " + name)
        """,
        says="not define `norm`",
    ),
    attack(
        "a reason that speaks", "def norm(x):\n    raise ValueError('<script>all points</script>')", says="<script>"
    ),
    attack(
        "an error's name that speaks",
        "def norm(x):\n    raise type('<img src=x onerror=alert(1)>' * 500, (Exception,), {})('x')",
    ),
    attack(
        "a reason that a terminal obeys",
        """
        import json
        from layerlab.grading import wire
        dumps = json.dumps
        wire.json.dumps = lambda tree: dumps(tree).replace("HERE", r"\\ud800\\u001b[2J\\u202e")
        def norm(x):
            raise ValueError("HERE")
        """,
        says=r"\ud800\x1b[2J\u202e",
    ),
    attack(
        "an array that lies about its shape",
        """
        class Mine(np.ndarray):
            shape = property(lambda self: ())
            nbytes = property(lambda self: 8)
        def norm(x):
            return x.view(Mine)
        """,
    ),
    attack(
        "an outcome as an answer",
        """
        from layerlab.grading.plan import Outcome
        def norm(x):
            return Outcome([np.ones(900) / 3] * 1000)
        """,
    ),
    attack("names that are gone", "globals().clear()", points=0),
    attack(
        "no outcomes at all",
        """
        from layerlab.grading.inside import child
        child._answer = lambda *a: []
        """,
        points=0,
    ),
    attack(
        "an error without words",
        """
        class Mute(BaseException):
            def __str__(self):
                raise SystemExit
        def norm(x):
            raise Mute()
        """,
    ),
]
