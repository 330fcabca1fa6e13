"""The real `opkssh`: its login, with somebody who signs in at the provider, and its verify."""

import http.cookiejar
import re
import shutil
import ssl
import subprocess
import urllib.parse
import urllib.request
from pathlib import Path
from typing import NamedTuple

import program
import room

PROGRAM = "sid/usr/bin/opkssh"      # of what fetch-peers unpacks


class Login(NamedTuple):
    """What `opkssh login` leaves behind. ssh finds the certificate beside the key."""
    key: Path
    log: str

    @property
    def certificate(self):
        return Path(f"{self.key}-cert.pub")

    @property
    def words(self):
        """The certificate as sshd hands it over: %k and %t."""
        kind, blob = self.certificate.read_text().split()[:2]
        return [blob, kind]


class Browser:
    """Goes where it is sent, keeps cookies, and fills in the provider's sign-in page."""

    def __init__(self, ca_file):
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=ca_file)),
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def sign_in(self, url, account):
        with self._opener.open(url, timeout=20) as page:
            assert 'name="account"' in page.read().decode(), page.url
        form = urllib.parse.urlencode({"account": account}).encode()
        with self._opener.open(page.url, form, timeout=20) as page:
            assert page.url.startswith("http://localhost:"), page.url


class Client:
    def __init__(self, ca_file):
        self._ca_file = ca_file
        self._home = room.SCRATCH / "client"
        self._home.mkdir()
        # sshd runs nothing that others than root may change, as they may in their own cache.
        self.path = Path(shutil.copyfile(room.peer(PROGRAM), self._home / "opkssh"))
        self.path.chmod(0o755)

    def version(self):
        return subprocess.run([self.path, "--version"], capture_output=True, text=True,
                              check=True).stdout.strip()

    def verify(self, user, login):
        """What sshd would be told by opkssh."""
        return subprocess.run([self.path, "verify", user, *login.words], check=True, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              **program.as_sshd_would("root")).stdout

    def _start(self, arguments, environment):
        return subprocess.Popen(
            [self.path, "login", *arguments], text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={"HOME": str(self._home), "PATH": "/usr/bin:/bin",
                 "SSL_CERT_FILE": str(self._ca_file), **environment})

    @staticmethod
    def _finish(process, log, key, status=0):
        with process:
            try:
                log += process.communicate(timeout=20)[0]
            finally:
                process.kill()
        assert process.returncode == status, log
        return Login(key, log)

    def _sign_in(self, process, account):
        """Go where opkssh says, as somebody. Returns what it has printed so far."""
        log = ""
        for line in process.stdout:
            log += line
            if found := re.search(r"Open your browser to: (\S+)", line):
                Browser(self._ca_file).sign_in(found[1], account)
                break
        return log

    def login(self, issuer, client_id, key_type="ecdsa", access_token=False, account="alice",
              name="id"):
        """A person's login: opkssh prints where to go with a browser, and waits for it."""
        key = self._home / name
        process = self._start(
            ["--disable-browser-open", f"--provider={issuer},{client_id},,openid email profile",
             f"--private-key-file={key}", f"--key-type={key_type}",
             *(["--send-access-token"] if access_token else [])], {})
        return self._finish(process, self._sign_in(process, account), key)

    def refreshed_login(self, issuer, client_id):
        """A person's login, whose certificate opkssh renews until the provider has enough of it."""
        key = self._home / "id_refreshed"
        process = self._start(
            ["--disable-browser-open", "--auto-refresh", f"--private-key-file={key}",
             f"--provider={issuer},{client_id},,openid email profile offline_access"], {})
        return self._finish(process, self._sign_in(process, "alice"), key, status=1)

    def github_login(self, github, key_type="ecdsa", name="id_github"):
        """A workflow's login: nobody is asked, the runner's environment says it all."""
        key = self._home / name
        process = self._start(["github", f"--private-key-file={key}", f"--key-type={key_type}"], {
            "ACTIONS_ID_TOKEN_REQUEST_URL": github.TOKEN_URL,
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": github.BEARER})
        return self._finish(process, "", key)
