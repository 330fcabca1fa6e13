"""One run of `authorize`, as its output and the log tell it."""

from program import fields


class Run:
    """One run: what it printed, and each source's decision."""

    def __init__(self, result):
        self.result, self.log = result, result.log
        self.lines = result.stdout.splitlines()
        found = [fields(line) for line in self.log if " decision=" in line]
        self.decisions = {f["source"]: f for f in found}
        assert len(self.decisions) == len(found), f"one line a source: {self.log}"

    @property
    def final(self):
        return self.decisions["authorize"]

    def reason(self, source):
        return self.decisions[source]["reason"]

    @property
    def dropped(self):
        found = [fields(line) for line in self.log if " line dropped " in line]
        return [(f["reason"], int(f["line"])) for f in found]
