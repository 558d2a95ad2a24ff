"""Sandboxes: processes in which a learner's code can compute and nothing else."""
