"""A learner types into an exercise: a known slip gets its hint, the right answer passes."""

from layerlab.grading.exercises.chapter_01_what_is_a_layer import NEURON

NAME = "exercises/01_what_is_a_layer.ipynb"
SLIP = """def neuron(inputs, weights, bias):
    return max(inputs @ weights, 0.0) + bias
"""
RIGHT = SLIP.replace("inputs @ weights, 0.0) + bias", "inputs @ weights + bias, 0.0)")


def test_a_check_gives_its_hint_and_then_passes(lab, screenshot):
    hints = {slip.slip: slip.hint for slip in NEURON.misconceptions}
    lab.open(NAME)
    lab.run(lab.cell("from layerlab.grading import check"))
    answer, check = lab.cell("def neuron("), lab.cell('check("neuron", neuron)')
    lab.write(answer, SLIP)
    said = lab.run(check).inner_text()
    screenshot(lab.page, "exercise-hint")
    assert "One neuron: not yet." in said
    assert f"Hint: {hints['bias added after the activation']}" in " ".join(said.split())
    assert "Traceback" not in said
    lab.write(answer, RIGHT)
    said = lab.run(check).inner_text()
    screenshot(lab.page, "exercise-right")
    assert "One neuron: right, 1 point." in said
