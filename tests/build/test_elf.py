"""What the built files are: who links what, and which hardening came out.

Looks at the files, not at the flags. SALLYPORT_BUILD names an ordinary
(bundled, not sanitizer) build directory; default build/.

Every checker returns a list of complaints. The second half builds small programs
that are wrong in one way each and shows that the checker says so.
"""
import os
import re
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("SALLYPORT_BUILD", TOP / "build")).resolve()
BUNDLED = Path(subprocess.run([TOP / "fetch"], check=True, text=True,
                              stdout=subprocess.PIPE).stdout.splitlines()[-1])

PROGRAMS = {
    "parent": BUILD / "parent/sallyport",
    "homeproc": BUILD / "homeproc/sallyport-home",
    "netproc": BUILD / "netproc/sallyport-net",
    "parseproc": BUILD / "parseproc/sallyport-parse",
    "admin": BUILD / "admin/sallyport-admin",
}
ROOMS = ["ipc", "seccomp", *PROGRAMS]

C_LIBRARY = {"libc.so.6", "ld-linux-x86-64.so.2"}
# The other two are linked with musl, and need nothing.
MAY_NEED = {"parent": set(), "homeproc": C_LIBRARY, "netproc": C_LIBRARY, "parseproc": set(),
            "admin": C_LIBRARY}

# A few telling names of each library. Static or imported, a symbol is a symbol.
FOREIGN = {
    "tls": r"D?TLS_|SSL_",
    "crypto": r"(EVP|RSA|EC|ECDSA|X509|BN|BIO|ERR|SHA\d+|HMAC|ED25519|CRYPTO|OPENSSL)_",
    "curl": r"[Cc]url_",
    "ares": r"ares_",
    "yaml": r"yaml_",
    "jsmn": r"jsmn_",
    "nettle": r"_?nettle_",
}
HAS = {
    "parent": set(),
    "homeproc": set(),
    "netproc": {"tls", "crypto", "curl", "ares"},
    "parseproc": {"crypto", "yaml", "jsmn"},
    # It reads our own files, and nothing of a stranger's.
    "admin": {"yaml"},
}
# Allowed but not demanded: the linker leaves out what main.c does not reach.
MAY_HAVE = {"parent": set(), "homeproc": set(), "netproc": set(), "parseproc": {"nettle"},
            # In the debug information: the linker drops the functions themselves.
            "admin": {"jsmn"}}


def run(*command):
    return subprocess.run([str(c) for c in command], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


# --- checkers ------------------------------------------------------------------

def needed(path):
    return set(re.findall(r"\(NEEDED\).*\[(.*)\]", run("readelf", "-dW", path)))


def symbols(path):
    """Names in the static symbol table: defined, local, and imported."""
    return {line.split()[-1].split("@")[0] for line in run("nm", "-a", path).splitlines() if line}


def libraries_inside(path):
    """Which of FOREIGN the program contains or calls.

    Small static functions may be inlined without a trace in the symbol table
    (all of jsmn is such), so the names in the debug information count too.
    """
    names = symbols(path)
    names |= set(re.findall(r"\] +(jsmn_\w+)$", run("readelf", "-p", ".debug_str", path), re.M))
    return {library for library, pattern in FOREIGN.items()
            if any(re.match(pattern, name) for name in names)}


def bad_links(path, room):
    complaints = [f"needs {lib}" for lib in sorted(needed(path) - MAY_NEED[room])]
    inside = libraries_inside(path)
    complaints += [f"contains {lib}" for lib in sorted(inside - HAS[room] - MAY_HAVE[room])]
    # Not a fault of the program, but of a pattern that no longer matches anything.
    complaints += [f"lacks {lib}" for lib in sorted(HAS[room] - inside)]
    return complaints


def bad_layout(path):
    """Complaints about the file as the kernel and ld.so will map it."""
    complaints = []
    dynamic = run("readelf", "-dW", path)
    flags = " ".join(re.findall(r"\((?:FLAGS|FLAGS_1)\)(.*)", dynamic))
    if not re.search(r"Type:\s+DYN", run("readelf", "-hW", path)) or "PIE" not in flags:
        complaints.append("not PIE")
    if "NOW" not in flags:
        complaints.append("lazy binding")
    if re.search(r"\((RPATH|RUNPATH)\)", dynamic):
        complaints.append("library search path")
    segments = [(m[1], m[2].replace(" ", "")) for m in
                re.finditer(r"^  (\w+) +(?:0x\w+ +){5}([R ][W ][E ])", run("readelf", "-lW", path), re.M)]
    kinds = {kind for kind, _ in segments}
    assert "LOAD" in kinds, "readelf prints its table differently"
    if "GNU_RELRO" not in kinds:
        complaints.append("no RELRO")
    if "GNU_STACK" not in kinds or ("GNU_STACK", "RWE") in segments:
        complaints.append("executable stack")
    if any(kind == "LOAD" and "W" in rights and "E" in rights for kind, rights in segments):
        complaints.append("writable code")
    return complaints


FORTIFIABLE = {"fprintf", "printf", "snprintf", "vsnprintf", "vfprintf", "dprintf", "syslog",
               "strcpy", "strcat", "read", "recv", "memcpy", "memmove"}


def bad_code(objects):
    """Complaints about object code of ours (archives or objects, taken together)."""
    complaints = []
    imported = set()
    for path in objects:
        imported |= {line.split()[-1] for line in run("nm", "-u", path).splitlines()
                     if " U " in line}
    if "__stack_chk_fail" not in imported:
        complaints.append("no stack protector")
    if imported & FORTIFIABLE and not any(re.match(r"__\w+_chk$", name) for name in imported):
        complaints.append("not fortified")
    return complaints


def bad_musl_code(objects):
    """The same where ipc/fortify.h stands in for the C library: every object is marked by it."""
    unmarked = [path for path in objects if run("nm", path).count(" fortified_for_musl") !=
                max(len(re.findall(r"^\S+\.o:$", run("nm", path), re.M)), 1)]
    return [*(f"{path} is not fortified" for path in unmarked),
            *(c for c in bad_code(objects) if c != "not fortified")]


def functions_of(objects):
    """Functions that may be called through a pointer from elsewhere: the global ones."""
    return {line.split()[-1] for path in objects
            for line in run("nm", "--defined-only", path).splitlines() if " T " in line}


def without_endbr(path, functions):
    """Those functions in the program that do not begin with ENDBR64 (CET).

    The program's own property note cannot say it: the linker drops the note when
    one input lacks it, and Debian's crt files and BoringSSL's assembly do.
    """
    entries = re.findall(r"^[0-9a-f]+ <([^>]+)>:\n *[0-9a-f]+:\t(\w*)",
                         run("objdump", "-d", "--no-show-raw-insn", path), re.M)
    found = {name: instruction for name, instruction in entries if name in functions}
    assert found, "no function of ours in the disassembly"
    return sorted(name for name, instruction in found.items() if instruction != "endbr64")


MUSL = ("parent", "parseproc")


def our_objects(*rooms):
    """What the system's C library is linked with."""
    return [path for room in rooms
            for path in [*(BUILD / room).glob("*.a"), *(BUILD / room).glob("*.p/main.c.o")]
            if path not in musl_objects(room)]


def musl_objects(*rooms):
    return [path for room in rooms for path in [
        *(BUILD / room).glob("*-musl.a"),
        *((BUILD / room).glob("*.p/main.c.o") if room in MUSL else [])]]


def local_names(archive):
    """Functions that others cannot call."""
    return {line.split()[-1] for line in run("nm", archive).splitlines() if " t " in line}


# --- the built files --------------------------------------------------------------

@pytest.fixture(autouse=True, scope="module")
def built():
    for path in PROGRAMS.values():
        assert path.is_file(), f"{path} is missing: ninja -C {BUILD}"


@pytest.mark.parametrize("room", PROGRAMS)
def test_links_only_what_its_room_may(room):
    assert bad_links(PROGRAMS[room], room) == []


@pytest.mark.parametrize("room", PROGRAMS)
def test_layout_is_hardened(room):
    assert bad_layout(PROGRAMS[room]) == []


@pytest.mark.parametrize("room", ROOMS)
def test_our_code_is_protected_and_fortified(room):
    objects = our_objects(room)
    assert objects
    assert bad_code(objects) == []


@pytest.mark.parametrize("room", ["ipc", "seccomp", *MUSL])
def test_our_code_with_musl_is_protected_and_fortified(room):
    objects = musl_objects(room)
    assert objects
    assert bad_musl_code(objects) == []


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="CET is x86")
@pytest.mark.parametrize("room", PROGRAMS)
def test_every_function_of_ours_is_a_valid_branch_target(room):
    functions = functions_of([*our_objects("ipc", "seccomp", room), *musl_objects(room)])
    if room == "netproc":
        # One of libcurl's own has the name of one of ours, which nothing there calls.
        functions -= local_names(BUNDLED / "lib/libcurl.a")
    assert without_endbr(PROGRAMS[room], functions) == []


# --- the checkers find what is wrong ------------------------------------------------

SOURCE = r"""
#include <stdio.h>
#include <string.h>
int work(int n, char **v);
int work(int n, char **v) { char b[64]; strcpy(b, v[n - 1]); return printf("%s %d\n", b, n); }
int main(int n, char **v) { return work(n, v); }
#ifdef WRITABLE_CODE
__asm__(".section .wx,\"awx\",@progbits\n.byte 0\n.previous");
#endif
"""
GOOD = ["-O2", "-g", "-D_FORTIFY_SOURCE=2", "-fPIE", "-fstack-protector-strong",
        "-fcf-protection=full", "-pie", "-Wl,-z,relro,-z,now,-z,noexecstack"]


def make(directory, *flags, source=SOURCE):
    (directory / "x.c").write_text(source)
    command = ["cc", *GOOD, *flags]
    link = [f for f in flags if f.startswith("-l")]
    run(*command, "-c", directory / "x.c", "-o", directory / "x.o")
    run(*command, directory / "x.o", *link, "-o", directory / "x")
    return directory / "x", directory / "x.o"


def complaints(program, obj):
    found = bad_layout(program) + bad_code([obj])
    if os.uname().machine == "x86_64" and without_endbr(program, functions_of([obj])):
        found.append("no endbr64")
    return found


def test_control_good_program_passes(tmp_path):
    assert complaints(*make(tmp_path)) == []


@pytest.mark.parametrize("flags,complaint", [
    (["-fno-pie", "-no-pie"], "not PIE"),
    (["-Wl,-z,lazy"], "lazy binding"),
    (["-Wl,-z,norelro"], "no RELRO"),
    (["-Wl,-z,execstack"], "executable stack"),
    (["-DWRITABLE_CODE"], "writable code"),
    (["-Wl,-rpath,/tmp"], "library search path"),
    (["-Wl,-rpath,/tmp", "-Wl,--disable-new-dtags"], "library search path"),
    (["-fno-stack-protector"], "no stack protector"),
    (["-U_FORTIFY_SOURCE"], "not fortified"),
    (["-fcf-protection=none"], "no endbr64"),
])
def test_wrong_program_is_found(tmp_path, flags, complaint):
    assert complaint in complaints(*make(tmp_path, *flags))


@pytest.mark.parametrize("function,library", [
    ("ares_version", "ares"), ("yaml_get_version_string", "yaml"),
    ("seccomp_version", None)])
def test_parent_with_a_foreign_library_is_found(tmp_path, function, library):
    link = {"ares": "-lcares", "yaml": "-lyaml", None: "-lseccomp"}[library]
    program, _ = make(tmp_path, link, source=f"int {function}(void);\nint main(void) {{ return {function}(); }}\n")
    found = bad_links(program, "homeproc")
    assert (f"contains {library}" in found and any(c.startswith("needs") for c in found)) \
        if library else found == ["needs libseccomp.so.2"]


@pytest.mark.parametrize("name,library", [
    ("SSL_new", "tls"), ("EVP_DigestVerify", "crypto"), ("curl_easy_init", "curl"),
    ("Curl_connect", "curl"), ("yaml_parser_parse", "yaml"), ("jsmn_parse", "jsmn"),
    ("nettle_sha3_256_update", "nettle")])
def test_parent_with_foreign_code_linked_in_is_found(tmp_path, name, library):
    program, _ = make(tmp_path, source=f"int {name}(void);\nint {name}(void) {{ return 1; }}\n"
                                       f"int main(void) {{ return {name}(); }}\n")
    assert f"contains {library}" in bad_links(program, "parent")


def test_parent_with_inlined_jsmn_is_found(tmp_path):
    program, _ = make(tmp_path, source="""
        #define JSMN_STATIC
        #include <jsmn.h>
        #include <string.h>
        int main(int n, char **v) { jsmn_parser p; jsmntok_t t[8]; (void)n; jsmn_init(&p);
            return jsmn_parse(&p, v[0], strlen(v[0]), t, 8); }
        """)
    assert "contains jsmn" in bad_links(program, "parent")
