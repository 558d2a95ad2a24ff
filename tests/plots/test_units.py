"""Dead and dropped units are counted and drawn where they are."""

import matplotlib.pyplot as plt
import numpy as np

from layerlab import plots


def test_unit_activity_counts_and_grays_dead_units():
    outputs = np.array([[0.0, 1.0, 0.0, -1.0], [2.0, 0.0, 0.0, 3.0]])
    counts = plots.unit_activity({"layer": outputs, "nothing": np.zeros((3, 2))})
    assert counts == {"layer": 1, "nothing": 2}
    first, second = plt.gcf().axes
    np.testing.assert_array_equal(first.images[0].get_array(), [[0, 1, 2, 1], [1, 0, 2, 1]])
    assert first.get_title() == "layer\n1 of 4 units dead"
    assert (first.get_xlabel(), first.get_ylabel(), second.get_xlabel()) == ("unit", "sample", "unit")


def test_thinned_network_draws_only_lines_between_units_that_work():
    masks = [np.array([1, 1, 0]), np.array([1, 0, 1, 1]), np.array([1, 1])]
    ax = plt.figure().add_subplot()
    assert plots.thinned_network(masks, title="thin", ax=ax) == 2 * 3 + 3 * 2
    assert ax.get_title() == "thin"
    crosses = [line for line in ax.lines if line.get_marker() == "x"]
    assert [line.get_xdata().size for line in crosses] == [1, 1, 0]
