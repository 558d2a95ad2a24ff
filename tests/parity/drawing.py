"""How a random configuration of a layer is drawn: small parts, each of which adds some arguments or the input's shape.

`layer_table.py` puts the parts together, one entry a layer. Nothing here knows either library: what is drawn is data.
"""

import dataclasses
import zlib

import numpy as np

__all__ = [
    "ACTIVATIONS",
    "Drawn",
    "Inner",
    "always",
    "convolved",
    "draw",
    "each_weight",
    "ids",
    "images",
    "masked",
    "pooled",
    "same_shapes",
    "shape",
    "shapes",
    "sometimes",
    "training",
    "transposed",
    "where",
]

BOTH = (True, False)
ACTIVATIONS = ("relu", "tanh", "sigmoid", "gelu", "softmax", "selu", "hard_sigmoid", "silu", "leaky_relu", "mish")
VECTORS = ("bias", "gamma", "beta", "alpha")  # weights that may have one axis, which some initializers refuse
INITIALIZERS = ("he_normal", "orthogonal", "ones", {"class_name": "RandomUniform", "config": {"seed": 3}})
REGULARIZERS = ("l1", "l2", {"class_name": "L1L2", "config": {"l1": 0.02, "l2": 0.3}})
CONSTRAINTS = ("max_norm", "non_neg", "unit_norm", {"class_name": "MinMaxNorm", "config": {"rate": 0.5, "axis": 0}})


@dataclasses.dataclass
class Inner:
    """A layer as an argument of another, by the name of its class."""

    layer: str
    kwargs: dict


@dataclasses.dataclass
class Drawn:
    """A configuration: the class, its arguments, the whole shape of the input (or a list), and how it is called."""

    layer: str
    kwargs: dict = dataclasses.field(default_factory=dict)
    shape: tuple | list = ()
    call: dict = dataclasses.field(default_factory=dict)
    ids: int | None = None
    seed: int = 0

    def rng(self):
        """Random numbers that are this configuration's own."""
        return np.random.default_rng(self.seed)


def draw(layer, parts, number, seed):
    """Configuration `number` of a layer; other layers and other numbers do not change it."""
    key = zlib.crc32(f"{layer} {number} {seed}".encode())
    drawn, rng = Drawn(layer, seed=key), np.random.default_rng(key)
    for part in parts:
        part(rng, drawn)
    return drawn


def pick(rng, choices):
    """One of the choices; a function among them draws on its own."""
    choice = choices[rng.integers(len(choices))]
    return choice(rng) if callable(choice) else choice


# --- arguments --------------------------------------------------------------------------------------------------------


def always(**arguments):
    """Each argument gets one of its choices."""

    def part(rng, drawn):
        drawn.kwargs |= {name: pick(rng, choices) for name, choices in arguments.items()}

    return part


def sometimes(**arguments):
    """Each argument gets one of its choices, or stays at its default."""

    def part(rng, drawn):
        drawn.kwargs |= {name: pick(rng, choices) for name, choices in arguments.items() if rng.random() < 0.5}

    return part


def each_weight(*names, activity=True):
    """Initializers, regularizers and constraints of the weights with these names, and sometimes of the output."""
    kinds = {"initializer": INITIALIZERS, "regularizer": REGULARIZERS, "constraint": CONSTRAINTS}
    choices = {f"{name}_{kind}": values for name in names for kind, values in kinds.items()}
    choices |= {f"{name}_initializer": ("ones", "random_normal") for name in names if name in VECTORS}
    if activity:
        choices["activity_regularizer"] = REGULARIZERS
    return sometimes(**choices)


def where(condition, *parts):
    """Parts that are drawn only where `condition(drawn)` holds."""

    def part(rng, drawn):
        for inner in parts if condition(drawn) else ():
            inner(rng, drawn)

    return part


# --- inputs -----------------------------------------------------------------------------------------------------------


def shape(*ranks, least=1, most=5):
    """An input with so many axes, the batch axis among them."""

    def part(rng, drawn):
        drawn.shape = tuple(map(int, rng.integers(least, most + 1, pick(rng, ranks))))

    return part


def shapes(*choices):
    """One of these shapes, or lists of shapes."""

    def part(rng, drawn):
        drawn.shape = pick(rng, choices)

    return part


def same_shapes(counts=(2, 3), ranks=(2, 3, 4)):
    """Several inputs of one shape."""

    def part(rng, drawn):
        drawn.shape = [tuple(map(int, rng.integers(1, 5, pick(rng, ranks))))] * pick(rng, counts)

    return part


def images(rank, channels=(1, 2, 3, 4)):
    """A batch with `rank` axes of space, its channels last, or first where `data_format` says so."""

    def part(rng, drawn):
        space = tuple(map(int, rng.integers(5, 10 - rank, rank, endpoint=True)))
        batch, depth = int(rng.integers(1, 4)), pick(rng, channels)
        drawn.shape = (batch, *space, depth)
        if rng.random() < 0.3:
            drawn.shape, drawn.kwargs["data_format"] = (batch, depth, *space), "channels_first"

    return part


def ids(below):
    """The input is whole numbers from 0."""

    def part(rng, drawn):
        drawn.ids = below

    return part


def masked(rng, drawn):
    """Half of the time, the call gets a mask over the first two axes that leaves out some steps, never all."""
    if rng.random() < 0.5:
        mask = rng.random(drawn.shape[:2]) < 0.6
        mask[:, int(rng.integers(drawn.shape[1]))] = True
        drawn.call["mask"] = mask


def training(rng, drawn):
    """The call is one of training, or of inference."""
    drawn.call["training"] = bool(rng.random() < 0.6)


# --- windows ----------------------------------------------------------------------------------------------------------


def per_axis(rng, rank, most):
    """One number for all axes, or one for each."""
    if rng.random() < 0.5:
        return int(rng.integers(1, most, endpoint=True))
    return tuple(map(int, rng.integers(1, most, rank, endpoint=True)))


def pooled(rank):
    """Pool size, strides and padding."""

    def part(rng, drawn):
        drawn.kwargs["pool_size"] = per_axis(rng, rank, 3)
        if rng.random() < 0.5:
            drawn.kwargs["strides"] = per_axis(rng, rank, 3)
        drawn.kwargs["padding"] = pick(rng, ("valid", "same"))

    return part


def convolved(rank, *more_padding):
    """Kernel size, padding, and strides or a dilation rate: Keras takes only one of them above 1."""

    def part(rng, drawn):
        drawn.kwargs["kernel_size"] = per_axis(rng, rank, 3)
        drawn.kwargs["padding"] = pick(rng, ("valid", "same", *more_padding))
        what = pick(rng, ("strides", "dilation_rate", None))
        if what:
            drawn.kwargs[what] = per_axis(rng, rank, 2 + (what == "strides"))

    return part


def transposed(rank):
    """As `convolved`, with an output padding below the strides; both are numbers for all axes."""

    def part(rng, drawn):
        convolved(rank)(rng, drawn)
        strides = drawn.kwargs.get("strides", 1)
        if isinstance(strides, int) and strides > 1 and rng.random() < 0.5:
            drawn.kwargs["output_padding"] = int(rng.integers(strides))

    return part
