"""QGIS's network settings, for programs that know nothing of QGIS."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from qgis.core import QgsApplication, QgsNetworkAccessManager
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtNetwork import (
    QNetworkProxy,
    QNetworkProxyFactory,
    QNetworkProxyQuery,
    QSslConfiguration,
)

from ..files import put_in_place

CERTIFICATES = "certificates.pem"
HIDDEN = "•••"
PROBE = "https://pypi.org/"
SCHEMES = {
    QNetworkProxy.ProxyType.HttpProxy: "http",
    QNetworkProxy.ProxyType.HttpCachingProxy: "http",
    QNetworkProxy.ProxyType.Socks5Proxy: "socks5h",
}


@dataclass(frozen=True)
class Network:
    """Proxy and certificates; `secrets` never reach a log or a command line."""

    proxy: str = ""
    """An address with user and password, or empty to leave it to the system."""
    excluded: tuple[str, ...] = ()
    authorities: bytes = b""
    """Certificates of authorities, in PEM: the system's and those added in QGIS."""
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_socks(self) -> bool:
        """Whether the proxy is one that pip cannot use."""
        return self.proxy.startswith("socks")

    def environment(self, root: Path) -> dict[str, str]:
        """Variables for pip and uv; writes the authorities into `root`."""
        variables = {}
        if self.proxy:
            for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
                variables.update({name: self.proxy, name.lower(): self.proxy})
            excluded = ",".join(self.excluded)
            variables.update({"NO_PROXY": excluded, "no_proxy": excluded})
        if self.authorities:
            path = root / CERTIFICATES
            _write(path, self.authorities)
            for name in ("SSL_CERT_FILE", "PIP_CERT"):
                variables[name] = os.environ.get(name) or str(path)
        return variables

    def redacted(self, text: str) -> str:
        """The text without passwords."""
        for secret in self.secrets:
            text = text.replace(secret, HIDDEN)
        return text


def qgis_network() -> Network:
    """What is set in QGIS; call it in the main thread."""
    manager = QgsNetworkAccessManager.instance()
    proxy = _system_proxy() if manager.useSystemProxy() else manager.fallbackProxy()
    address, secrets = _address(proxy)
    excluded = tuple(_host(text) for text in manager.excludeList() if text.strip())
    return Network(address, excluded, _authorities(), secrets)


def _system_proxy() -> QNetworkProxy:
    found = QNetworkProxyFactory.systemProxyForQuery(QNetworkProxyQuery(QUrl(PROBE)))
    return found[0] if found else QNetworkProxy(QNetworkProxy.ProxyType.NoProxy)


def _address(proxy: QNetworkProxy) -> tuple[str, tuple[str, ...]]:
    """The proxy as an address, and what of it must stay hidden."""
    scheme = SCHEMES.get(proxy.type())
    if not scheme or not proxy.hostName():
        return "", ()
    user, password = (quote(text, safe="") for text in (proxy.user(), proxy.password()))
    login = f"{user}:{password}@" if user else ""
    secrets = {proxy.password(), password} if user and password else set()
    address = f"{scheme}://{login}{proxy.hostName()}:{proxy.port()}"
    return address, tuple(sorted(secrets, key=len, reverse=True))


def _host(text: str) -> str:
    """QGIS excludes addresses by how they begin, other programs by host."""
    return QUrl(text).host() or text.strip()


def _authorities() -> bytes:
    manager = QgsApplication.authManager()
    if not manager.isDisabled():
        trusted = bytes(manager.trustedCaCertsPemText())
        if trusted:
            return trusted + _public()
    system = QSslConfiguration.systemCaCertificates()
    return b"".join(bytes(certificate.toPem()) for certificate in system) + _public()


def _public() -> bytes:
    """Authorities that everybody trusts, if QGIS's Python has them: Windows knows one only after
    it was needed."""
    try:
        import certifi

        return b"\n" + Path(certifi.where()).read_bytes()
    except (ImportError, OSError):
        return b""


def _write(path: Path, data: bytes) -> None:
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(data)
    put_in_place(partial, path)
