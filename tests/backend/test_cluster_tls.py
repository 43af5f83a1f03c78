"""A scheduler that speaks TLS with self-made certificates: who has none is turned away."""

import shutil
import subprocess

import dask
import pytest

from backend.cluster.run import detect_on
from backend.cluster.settings import Settings
from backend.detect import DetectRequest, detect
from backend.errors import ClusterError
from tests.backend.checkpoints import small_file
from tests.backend.clusters import Cluster
from tests.backend.rasters import image, write_raster

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificates"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
# As in docs/cluster.md.
COMMANDS = """
req -x509 -newkey rsa:3072 -nodes -days 365 -subj /CN=CA -keyout {0}-key.pem -out {0}.pem
req -newkey rsa:3072 -nodes -subj /CN=landslides -keyout key.pem -out request.pem
x509 -req -in request.pem -CA {0}.pem -CAkey {0}-key.pem -CAcreateserial -days 365 -out cert.pem
"""


def certificates(folder, authority="ca"):
    """A certificate and its key, and the authority that has signed it: options of Dask."""
    folder.mkdir()
    for command in COMMANDS.format(authority).strip().splitlines():
        words = ["openssl", *command.split()]
        subprocess.run(words, cwd=folder, check=True, capture_output=True)
    names = {"ca-file": f"{authority}.pem", "cert": "cert.pem", "key": "key.pem"}
    return {name: str(folder / file) for name, file in names.items()}


def configured(files):
    """Dask's configuration for a client with these files."""
    tls = "distributed.comm.tls"
    return dask.config.set(
        {
            f"{tls}.ca-file": files["ca-file"],
            f"{tls}.client.cert": files["cert"],
            f"{tls}.client.key": files["key"],
        }
    )


def run(cluster, request):
    """The outcome of a request."""
    settings = Settings(side=100, connect_s=5, wait_s=240)
    return detect_on(cluster.address, [request], lambda event: None, settings=settings)


def test_tls(tmp_path):
    checkpoint = tmp_path / "small.safetensors"
    small_file(checkpoint, "landslide4sense_unet")
    raster = write_raster(tmp_path / "scene.tif", image(200, 130))
    common = {"device": "cpu", "precision": "fp32", "threshold": 0.55}
    detect(DetectRequest(str(raster), checkpoint, tmp_path / "alone", **common), lambda event: None)
    files, others = certificates(tmp_path / "tls"), certificates(tmp_path / "other")
    request = DetectRequest(str(raster), checkpoint, tmp_path / "out", **common)
    with Cluster(tls=files) as cluster:
        cluster.start_worker()
        with pytest.raises(ClusterError, match="does not answer"):
            run(cluster, request)
        with configured(others), pytest.raises(ClusterError, match="does not answer"):
            run(cluster, request)
        with configured(files):
            [outcome] = run(cluster, request)
    assert outcome.error is None
    for name in ("probability.tif", "mask.tif"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "alone" / name).read_bytes()
