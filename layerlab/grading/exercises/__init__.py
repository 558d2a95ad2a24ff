"""The exercises of the course: a module a chapter, or a folder of them, each with its list `EXERCISES`.

Every definition brings the reference, and the wrong answers that people give together with the hint each deserves.
"""
