"""Both fuzzing engines build and run a target, and fuzz/build.sh makes what OSS-Fuzz takes."""

import importlib.machinery
import importlib.util
import os
import re
import subprocess
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TARGET = "ipc"
AFL_DRIVER = "/usr/lib/afl/libAFLDriver.a"
SOURCE = """#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0 && data[0] == 'b') {
        %s
    }
    return 0;
}
"""


def run(*command, **environment):
    done = subprocess.run(command, env=os.environ | environment, text=True, timeout=500,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def spent():
    line = re.search(rf"^{TARGET} .* ([\d,]+) runs$", run(ROOT / "fuzz/run", "--spent"), re.M)
    return int(line[1].replace(",", ""))


@pytest.mark.parametrize("engine", ["libfuzzer", "afl"])
def test_runs_and_keeps_the_account(engine):
    before = spent()
    run(ROOT / "fuzz/run", "--engine", engine, TARGET, "2")
    assert spent() - before > 1000


@pytest.fixture
def runner(tmp_path):
    """fuzz/run itself, with a directory of its own."""
    loader = importlib.machinery.SourceFileLoader("fuzz_run", str(ROOT / "fuzz/run"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("fuzz_run", loader))
    loader.exec_module(module)
    module.BUILD = tmp_path
    module.BUILDS = {engine: (tmp_path, compiler)
                     for engine, (_, compiler) in module.BUILDS.items()}
    module.CRASHES = tmp_path / "crashes"
    module.FUZZ = tmp_path
    return module


@pytest.fixture
def broken(runner, tmp_path):
    """Makes the target "broken": what it does when an input begins with b."""
    def make(engine, what):
        (tmp_path / "fuzz").mkdir()
        (tmp_path / "corpus/broken").mkdir(parents=True)
        (tmp_path / "corpus/broken/seed").write_text("a")
        (tmp_path / "broken.c").write_text(SOURCE % what)
        run(runner.BUILDS[engine][1], "-fsanitize=fuzzer", "-o", tmp_path / "fuzz/fuzz_broken",
            tmp_path / "broken.c", AFL_QUIET="1")
    return make


def kept(tmp_path):
    """What the inputs that were kept begin with."""
    return {path.read_bytes()[:1] for path in (tmp_path / "crashes").glob("broken-*")}


@pytest.mark.parametrize("engine", ["libfuzzer", "afl"])
def test_finding_is_kept_and_ends_the_run(runner, broken, engine, tmp_path, capfd):
    broken(engine, "abort();")
    assert not runner.run_all(engine, ["broken"], minutes=5)
    assert kept(tmp_path) == {b"b"}
    assert "status" in capfd.readouterr().out


def test_slow_input_is_a_finding(runner, broken, tmp_path, capfd):
    runner.TIMEOUT_S = 100      # on a busy machine ten seconds of the clock pass, too
    broken("libfuzzer", "for (clock_t start = clock(); clock() - start < 2 * CLOCKS_PER_SEC;);")
    assert not runner.run("libfuzzer", "broken", 8)
    assert kept(tmp_path) == {b"b"}
    assert "status" in capfd.readouterr().out


def test_input_that_waits_for_the_machine_is_none(runner, broken, tmp_path):
    broken("libfuzzer", "sleep(2);")
    assert runner.run("libfuzzer", "broken", 8)
    assert kept(tmp_path) == set()


def test_oss_fuzz_build(tmp_path):
    """With another compiler and engine than the default: what it makes runs without this tree."""
    run(ROOT / "fuzz/build.sh", TARGET, CC="afl-clang-fast", AFL_QUIET="1",
        CFLAGS="-O1 -fsanitize=address", LIB_FUZZING_ENGINE=AFL_DRIVER,
        OUT=str(tmp_path / "out"), WORK=str(tmp_path / "work"))
    out = tmp_path / "out"
    assert sorted(os.listdir(out)) == [TARGET, f"{TARGET}.dict", f"{TARGET}_seed_corpus.zip"]
    with zipfile.ZipFile(out / f"{TARGET}_seed_corpus.zip") as seeds:
        seeds.extractall(tmp_path / "seeds")
    names = os.listdir(tmp_path / "seeds")
    assert len(names) == len(os.listdir(ROOT / "fuzz/corpus" / TARGET))
    for name in names:
        run(out / TARGET, tmp_path / "seeds" / name)
