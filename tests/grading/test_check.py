"""The check under a cell: a line when the answer is right, a short message without a traceback when it is not."""

import numpy as np
import pytest

from layerlab.grading import WrongAnswer, check


def test_a_right_answer_gets_its_points(capsys):
    check("neuron", lambda inputs, weights, bias: max(inputs @ weights + bias, 0))
    assert capsys.readouterr().out == "One neuron: right, 1 point.\n"


def test_a_slip_is_named_with_a_hint():
    with pytest.raises(WrongAnswer, match=r"(?s)One neuron: not yet\..*expected.*Received.*\nHint: Without the bend"):
        check("neuron", lambda inputs, weights, bias: inputs @ weights + bias)


def test_the_message_stands_alone_in_a_notebook():
    with pytest.raises(WrongAnswer) as caught:
        check("neuron", lambda inputs, weights, bias: np.pi)
    assert caught.value._render_traceback_() == str(caught.value).splitlines()


def test_an_unanswered_cell_says_so():
    def neuron(inputs, weights, bias):
        raise NotImplementedError

    with pytest.raises(WrongAnswer, match="Not answered yet"):
        check("neuron", neuron)
