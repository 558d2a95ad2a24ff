"""What the scripts share that make numbers for given weights and data anew: old digits stay where they still hold."""

import json
import pathlib

TOLERANCE = 1e-6  # relative to the largest number of an array, or to 1

__all__ = ["refresh", "rounded"]


def rounded(array):
    """An array as nested lists of numbers with the digits that float32 has."""
    if hasattr(array, "tolist"):
        array = array.tolist()
    return [rounded(item) for item in array] if isinstance(array, list) else float(f"{array:.8g}")


def refresh(name, results):
    """Put `results(case)` into every case of the file, keep numbers that agree, and tell which do not.

    Args:
        name: of the file beside the scripts, with {"cases": [...]}.
        results: from a case, which gives weights and data, to a dictionary of what Keras makes of them.
    """
    path = pathlib.Path(__file__).with_name(name)
    file = json.loads(path.read_text(encoding="utf-8"))
    changed = []
    for case in file["cases"]:
        for key, new in results(case).items():
            if not agree(case.get(key), new):
                case[key] = new
                changed.append(f"{case['id']}: {key}")
    if changed:
        path.write_text(json.dumps(file, separators=(",", ":")), encoding="utf-8")
    print(f"{name}: {len(file['cases'])} cases, {len(changed)} results changed", *changed, sep="\n  ")


def agree(old, new):
    """Whether two nested structures are equal, numbers up to the tolerance."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(agree(old[key], new[key]) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(agree(*pair) for pair in zip(old, new, strict=True))
    if isinstance(old, bool | str | None) or isinstance(new, bool | str | None):
        return old == new
    return abs(old - new) <= TOLERANCE * max(1, abs(old), abs(new))
