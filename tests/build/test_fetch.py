"""./fetch's result: there without network once built, and what it is made of."""
import os
import subprocess
import time
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]

# What libcurl itself says it has.
PROGRAM = r"""
#include <curl/curl.h>
#include <openssl/base.h>
#include <stdio.h>
#ifndef OPENSSL_IS_BORINGSSL
#error "another TLS library's headers"
#endif
int main(void)
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

	printf("tls %s\nprotocols", info->ssl_version);
	for (const char *const *name = info->protocols; *name != NULL; name++)
		printf(" %s", *name);
	printf("\nfeatures %x\ncapath %s\ncainfo %s\nares %d\n", (unsigned)info->features,
	    info->capath ? info->capath : "none", info->cainfo ? info->cainfo : "none",
	    info->ares != NULL);
	printf("expected %x\n", CURL_VERSION_IPV6 | CURL_VERSION_SSL |
	    CURL_VERSION_LARGEFILE | CURL_VERSION_THREADSAFE | CURL_VERSION_HTTPS_PROXY);
	return 0;
}
"""


@pytest.fixture(scope="module")
def prefix():
    done = subprocess.run([TOP / "fetch"], check=True, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE)
    return Path(done.stdout.splitlines()[-1])


def test_second_call_is_instant_and_needs_no_network(prefix):
    command = ["unshare", "-rn", TOP / "fetch"]
    if subprocess.run([*command[:2], "true"], stderr=subprocess.DEVNULL).returncode:
        command = command[2:]  # no user namespaces here: only the time is looked at
    times = []
    for _ in range(5):
        start = time.monotonic()
        done = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE)
        times.append(time.monotonic() - start)
        assert done.stdout == f"{prefix}\n"
    assert min(times) < 0.05


def test_result_is_only_headers_and_archives(prefix):
    assert sorted(p.name for p in prefix.iterdir()) == ["include", "lib", "musl", "versions"]
    assert sorted(p.name for p in (prefix / "lib").iterdir()) == ["libcrypto.a", "libcurl.a", "libssl.a"]
    assert sorted(p.name for p in (prefix / "musl").iterdir()) == ["include", "lib"]
    assert sorted(p.name for p in (prefix / "musl/lib").iterdir()) == [
        "libcap-ng.a", "libcrypto.a", "libnettle.a", "libyaml.a"]
    assert not str(prefix).startswith(f"{TOP}{os.sep}")


def test_libcurl_has_http_on_boringssl_and_nothing_more(prefix, tmp_path):
    (tmp_path / "x.c").write_text(PROGRAM)
    subprocess.run(["cc", f"-isystem{prefix}/include", "-DCURL_STATICLIB", tmp_path / "x.c",
                    "-o", tmp_path / "x", *(prefix / f"lib/lib{n}.a" for n in ("curl", "ssl", "crypto")),
                    "-lcares"], check=True)
    said = subprocess.run([tmp_path / "x"], check=True, text=True, stdout=subprocess.PIPE).stdout
    said = dict(line.split(" ", 1) for line in said.splitlines())
    assert said["tls"] == "BoringSSL"
    assert said["protocols"] == "http https"
    assert said["features"] == said["expected"]
    assert said["capath"] == said["cainfo"] == "none"
    assert said["ares"] == "0"


def test_archives_are_hardened(prefix):
    for name in ("curl", "ssl", "crypto"):
        imported = subprocess.run(["nm", "-u", prefix / f"lib/lib{name}.a"], check=True, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        assert "__stack_chk_fail" in imported, name
        assert "_chk\n" in imported, name  # _FORTIFY_SOURCE
        assert "__gxx_personality" not in imported, f"{name} would need a C++ runtime"
