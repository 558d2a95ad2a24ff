"""First names of the 1990 US Census, to be taken letter by letter: text that is short, real and has a pattern.

No labels and no fixed split, unlike the other two: what is predicted (the next letter, say) is made from the names.
"""

from layerlab.datasets._archive import FOLDER

__all__ = ["load_data"]


def load_data() -> list[str]:
    """The 5,163 names, in lower case and in alphabetical order.

    Returns:
        A list of str, each of 2 to 11 letters a to z. Shuffle before splitting into training and test names.

    >>> names = load_data()
    >>> len(names), names[:3], names[-1]
    (5163, ['aaron', 'abbey', 'abbie'], 'zulma')

    Source: US Census Bureau, "Frequently occurring first names and surnames from the 1990 Census" (public domain).
    """
    return (FOLDER / "first_names.txt").read_text(encoding="ascii").split()
