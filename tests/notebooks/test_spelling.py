"""The course is free of typos, in American spelling: every word is in a dictionary of English, or in words.txt.

words.txt holds terms and names that the dictionary lacks, one a line, sorted. A word that begins with a capital there
is a name and needs it; the others may begin a sentence.
"""

import functools
import re
from pathlib import Path

import pytest
from spellchecker import SpellChecker

from tests.notebooks.course import EXERCISES, every_notebook, markdown_cells, prose, read, stored

WORDS = (Path(__file__).parent / "words.txt").read_text(encoding="utf-8").split()
OURS = frozenset(WORDS)
BRITISH = frozenset(
    """
    amongst artefact artefacts burnt cancelled cancelling catalogue catalogues dialled dreamt focussed fulfil fulfils
    grey greyer greys judgement judgements labelled labelling leapt learnt levelled licence licences metre metres
    modelled modelling mould programme programmes sceptical signalled signalling skilful spelt totalled travelled
    travelling whilst
    """.split()
)
TOKEN = re.compile(r"\w+(?:['’]\w+)*")


@functools.cache
def dictionary():
    return SpellChecker(language="en")


@functools.cache
def is_known(word):
    """Whether a word is one of English or of ours, and American."""
    if len(word) == 1 or word in OURS or word[:1].lower() + word[1:] in OURS:
        return True
    return word.lower() not in BRITISH and bool(dictionary().known([word.lower()]))


def misspelled(markdown):
    """The words in a text that are none."""
    tokens = (token.replace("’", "'") for token in TOKEN.findall(prose(markdown)))
    words = [token for token in tokens if not re.search(r"[\d_]", token)]  # tf_keras and word2vec are names
    return sorted({word for word in words if not is_known(word) and not is_known(re.sub(r"(?<=s)'$|'s$", "", word))})


def unknown_words(notebook):
    """The misspelled words of a notebook, by cell."""
    found = {cell.id: misspelled(cell.source) for cell in markdown_cells(notebook)}
    return {cell: words for cell, words in found.items() if words}


@every_notebook
def test_the_chapters_are_free_of_typos(source):
    assert unknown_words(stored(source)) == {}, "mend the typo, or add the term or name to words.txt"


@pytest.mark.parametrize("path", sorted(EXERCISES.glob("*.ipynb")), ids=lambda path: path.stem)
def test_the_exercises_are_free_of_typos(path):
    assert unknown_words(read(path)) == {}, "mend the typo, or add the term or name to words.txt"


def test_our_words_are_sorted_and_none_is_there_twice():
    assert sorted(OURS, key=lambda word: (word.lower(), word)) == WORDS


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The kernal has 3 rows.", ["kernal"]),
        ("Its colour is grey.", ["colour", "grey"]),
        ("`kernal` and $kernal$ and [a kernel](kernal.ipynb) <span class='kernal'>", []),
        ("```python\nkernal = 1\n```", []),
        ("Keras's layers don't know NumPy’s arrays", []),
        ("2-D, W4, tf_kernal: 60 %, \\$5 and $6 kernal", ["kernal"]),
        ("keras", ["keras"]),
        ("word2vec", []),
    ],
)
def test_typos_are_found(text, found):
    assert misspelled(text) == found
