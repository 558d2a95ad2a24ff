"""Which sandbox is taken: the best that works, never a weaker one than was asked for, never none by itself."""

import dataclasses

import pytest

from layerlab.grading.sandbox import probe
from layerlab.grading.sandbox.probe import NoSandbox, choose, fault
from layerlab.grading.sandbox.tiers import TIERS

BWRAP, LANDLOCK, NONE = TIERS


@pytest.fixture
def faults(monkeypatch):
    def set_faults(**reasons):
        monkeypatch.setattr(probe, "fault", lambda tier: reasons.get(tier.name, ""))

    return set_faults


def test_auto_takes_the_strongest_that_works(faults):
    faults()
    assert choose("auto") is BWRAP
    faults(bwrap="not installed")
    assert choose("auto") is LANDLOCK


def test_auto_never_takes_none(faults):
    faults(bwrap="not installed", landlock="old kernel")
    with pytest.raises(NoSandbox, match=r"(?s)bwrap: not installed.*landlock: old kernel.*--sandbox none"):
        choose("auto")
    assert choose("none") is NONE


def test_what_was_asked_for_is_not_replaced(faults):
    faults(bwrap="not installed")
    with pytest.raises(NoSandbox, match="bwrap: not installed"):
        choose("bwrap")
    faults(landlock="old kernel")
    with pytest.raises(NoSandbox, match="landlock: old kernel"):
        choose("landlock")


def test_no_such_sandbox():
    with pytest.raises(NoSandbox, match="no sandbox 'docker'"):
        choose("docker")


def test_the_tier_without_isolation_works():
    assert fault(NONE) == ""


def test_a_sandbox_that_lets_code_out_does_not_work():
    """Tier `none` under a name that promises isolation: the probe walks out of it."""

    class Pretender(type(NONE)):
        def order(self, limits):
            return NONE.order(limits)

    reason = fault(Pretender("pretender", "", NONE.command, landlock=False, calls=True))
    assert "read a file outside" in reason
    assert "connect to this machine" in reason


def test_a_sandbox_whose_program_is_missing_says_so():
    missing = dataclasses.replace(BWRAP, command=lambda limits: ["/no/such/program"])
    assert "/no/such/program" in fault(missing)


def test_without_bubblewrap_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(OSError, match="apt install bubblewrap"):
        BWRAP.command(probe.Limits())
