"""What programs that know nothing of QGIS are told of its network settings."""

import pytest
from qgis.core import QgsNetworkAccessManager, QgsSettings
from qgis.PyQt.QtCore import Qt

from calanddet_qgis.runtime import Network, qgis_network
from calanddet_qgis.runtime.mirrors import pip_settings, uv_sources
from calanddet_qgis.runtime.program import program_environment

KEYS = ("Enabled", "Type", "Host", "Port", "User", "Password", "ExcludedUrls")


@pytest.fixture
def proxy(clean_settings):
    """Sets QGIS's proxy as its options do: `proxy(Type=..., Host=..., ...)`."""

    def put(**values):
        settings = QgsSettings()
        for key in KEYS:
            settings.remove(f"proxy/proxy{key}")
        for key, value in values.items():
            settings.setValue(f"proxy/proxy{key}", value)
        manager = QgsNetworkAccessManager.instance()
        manager.setupDefaultProxyAndCache(Qt.ConnectionType.DirectConnection)

    yield put
    put()


def test_without_a_proxy_nothing_is_said_of_one(proxy, tmp_path):
    proxy()
    network = qgis_network()
    assert network.proxy == ""
    assert not {"HTTPS_PROXY", "https_proxy"} & set(network.environment(tmp_path))


def test_an_http_proxy_is_passed_with_its_password_and_exceptions(proxy, tmp_path):
    proxy(Enabled=True, Type="HttpProxy", Host="proxy.example", Port="3128", User="me@firm",
          Password="s/e:c", ExcludedUrls=["https://intranet.example/", "local"])  # fmt: skip
    network = qgis_network()
    variables = network.environment(tmp_path)
    address = "http://me%40firm:s%2Fe%3Ac@proxy.example:3128"
    assert variables["HTTPS_PROXY"] == variables["http_proxy"] == address
    assert variables["NO_PROXY"] == "intranet.example,local"
    assert "s/e:c" not in repr(network.redacted("a s/e:c b s%2Fe%3Ac"))
    assert not network.is_socks


def test_a_socks_proxy_is_known_as_one(proxy):
    proxy(Enabled=True, Type="Socks5Proxy", Host="127.0.0.1", Port="1080")
    assert qgis_network().proxy == "socks5h://127.0.0.1:1080"
    assert qgis_network().is_socks


def test_authorities_known_to_qgis_are_written_for_pip_and_uv(tmp_path, monkeypatch):
    for name in ("SSL_CERT_FILE", "PIP_CERT"):
        monkeypatch.delenv(name, raising=False)
    network = qgis_network()
    if not network.authorities:
        pytest.skip("this Qt knows no authorities")
    variables = network.environment(tmp_path)
    assert variables["PIP_CERT"] == variables["SSL_CERT_FILE"] == str(tmp_path / "certificates.pem")
    assert (tmp_path / "certificates.pem").read_bytes().count(b"BEGIN CERTIFICATE") > 10


def test_whoever_named_certificates_for_pip_is_obeyed(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_CERT", "/firm/ca.pem")
    variables = Network(authorities=b"x").environment(tmp_path)
    assert variables["PIP_CERT"] == "/firm/ca.pem"


def test_only_sources_of_packages_pass_and_nothing_that_redirects_them():
    given = {
        "PIP_INDEX_URL": "https://mirror/simple", "PIP_TARGET": "/elsewhere", "PIP_USER": "1",
        "PYTHONPATH": "/qgis", "PYTHONEXECUTABLE": "/qgis", "LD_LIBRARY_PATH": "/qgis",
        "VIRTUAL_ENV": "/mine", "CONDA_PREFIX": "/conda", "HOME": "/home/me",
    }  # fmt: skip
    passed = program_environment(given, {"TMPDIR": "/x"})
    assert set(passed) == {"PIP_INDEX_URL", "HOME", "PATH", "TMPDIR"}


def test_uv_learns_of_pips_mirrors(tmp_path):
    file = tmp_path / "pip.conf"
    file.write_text("[global]\nindex-url = https://mirror/simple\nfind-links =\n  /a\n  /b\n")
    environment = {"PIP_CONFIG_FILE": str(file), "XDG_CONFIG_HOME": str(tmp_path / "none")}
    assert pip_settings(environment)["index-url"] == "https://mirror/simple"
    sources = uv_sources(environment)
    assert sources["UV_DEFAULT_INDEX"] == "https://mirror/simple"
    assert sources["UV_FIND_LINKS"] == "/a,/b"
    sources = uv_sources({**environment, "PIP_INDEX_URL": "https://other/simple"})
    assert sources["UV_DEFAULT_INDEX"] == "https://other/simple"
    assert "UV_DEFAULT_INDEX" not in uv_sources({**environment, "UV_DEFAULT_INDEX": "x"})
