"""./check --deep: what has passed in a tree is not run again, what was interrupted or failed is."""

import json
import subprocess
import sys

import deep
import pytest

COUNTER = "sh -c 'echo run >>{log}; exit {status}'"


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src/main.c").write_text("int main;\n")
    return tmp_path


def run_of(tmp_path, *steps):
    return deep.Run([deep.Step(f"s{i}", 1, command) for i, command in enumerate(steps)],
                    tmp_path / "state")


def runs(path):
    return path.read_text().count("run") if path.exists() else 0


def counted(run):
    done = subprocess.run([sys.executable, deep.COUNT, "0", *map(run.result, run.steps)],
                          capture_output=True, text=True)
    return done.returncode, done.stdout.strip().split("\n")[-1]


def test_passed_step_is_not_run_again(tmp_path):
    log = tmp_path / "log"
    run = run_of(tmp_path, COUNTER.format(log=log, status=0))
    run.run_all()
    run.run_all()
    assert runs(log) == 1
    assert counted(run) == (0, "1 passed, 0 failed")


def test_failed_step_is_run_again_and_stops_no_other(tmp_path, capsys):
    bad, good = tmp_path / "bad", tmp_path / "good"
    run = run_of(tmp_path, COUNTER.format(log=bad, status=3), COUNTER.format(log=good, status=0))
    run.run_all()
    run.run_all()
    assert (runs(bad), runs(good)) == (2, 1)
    assert counted(run) == (1, "1 passed, 1 failed")
    assert "failed" in capsys.readouterr().out


def test_interrupted_step_is_run_again(tmp_path):
    log = tmp_path / "log"
    run = run_of(tmp_path, COUNTER.format(log=log, status=0))
    run.run_all()
    (tmp_path / "state/s0.json").unlink()
    run.run_all()
    assert runs(log) == 2


def test_changed_command_is_run_again(tmp_path):
    run_of(tmp_path, "true").run_all()
    changed = run_of(tmp_path, "false")
    assert changed.state(changed.steps[0]) == {}


def test_pytest_step_counts_its_tests(tmp_path):
    (tmp_path / "test_two.py").write_text("import os\n\n\ndef test_a():\n    pass\n\n\n"
                                          "def test_b():\n"
                                          "    assert os.environ['SALLYPORT_DEEP']\n")
    run = run_of(tmp_path, f"pytest {tmp_path}/test_two.py")
    run.run_all()
    assert counted(run) == (0, "2 passed, 0 failed")


def test_skipped_step_has_not_passed(tmp_path):
    (tmp_path / "test_none.py").write_text("import pytest\n\n\ndef test_a():\n"
                                           "    pytest.skip('no peer')\n")
    run = run_of(tmp_path, f"pytest {tmp_path}/test_none.py")
    run.run_all()
    assert run.state(run.steps[0])["passed"] is False


def test_tree_is_its_sources(tree):
    before = deep.tree_hash(tree)
    for ours in "build", "build-asan", ".git", "src/__pycache__", "subprojects/curl":
        (tree / ours).mkdir(parents=True)
        (tree / ours / "file").write_text("x")
    assert deep.tree_hash(tree) == before
    (tree / "src/main.c").write_text("int main; \n")
    assert deep.tree_hash(tree) != before
    (tree / "src/main.c").rename(tree / "src/other.c")
    assert deep.tree_hash(tree) != before


def test_list_says_each_step(capsys):
    run = deep.Run(deep.read_steps(deep.STEPS), deep.STATE / "no such tree")
    run.say()
    lines = capsys.readouterr().out.strip().split("\n")
    assert len(lines) == len(run.steps) >= 9
    assert all(" to do " in line and " about " in line for line in lines)


def test_state_names_its_step(tmp_path):
    run = run_of(tmp_path, "true")
    run.run_all()
    state = json.loads((tmp_path / "state/s0.json").read_text())
    assert state["command"] == "true" and state["passed"] and state["seconds"] >= 0
