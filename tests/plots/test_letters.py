"""Words are drawn letter by letter, with the mask and the model's expectations they were given."""

import matplotlib.pyplot as plt
import numpy as np

from layerlab import plots


def test_masked_words_cross_out_what_the_mask_hides():
    counts = plots.masked_words([[1, 2, 0], [2, 0, 0]], ".ab", mask=np.array([[1, 1, 0], [1, 0, 0]], bool))
    ax = plt.gcf().axes[0]
    assert counts.tolist() == [2, 1]
    assert [text.get_text() for text in ax.texts] == ["a", "b", ".", "b", ".", "."]
    assert len(ax.lines) == 3
    assert ax.get_xlabel() == "axis 1: step"


def test_without_a_mask_every_letter_counts():
    assert plots.masked_words([[1, 2]], ".ab").tolist() == [2]
    assert not plt.gcf().axes[0].lines


def test_next_letters_frame_what_was_drawn():
    probabilities = np.array([[0.1, 0.9], [0.64, 0.36]])
    assert plots.next_letters(probabilities, "ab", [1, 0]).tolist() == [0.9, 0.64]
    ax = plt.gcf().axes[0]
    np.testing.assert_allclose(ax.collections[0].get_array(), probabilities**0.5)
    assert [frame.get_xy() for frame in ax.patches] == [(1, 0), (0, 1)]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["b", "a"]
