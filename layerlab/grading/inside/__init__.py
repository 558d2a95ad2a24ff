"""The part of the grader that runs inside a sandbox, beside the learner's code: all of layerlab that is seen there.

These files import NumPy, the standard library, and `plan` and `wire` next door; nothing here knows a right answer.
"""
