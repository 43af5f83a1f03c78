"""What pip, uv and Python say when something fails, and the sentence that the user reads."""

import errno

import pytest

from calanddet_qgis.runtime.complaints import complaint, from_os_error

# Lines as the programs print them.
SAID = {
    "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device": (
        "The disk is full."
    ),
    "OSError: [WinError 112] There is not enough space on the disk": "The disk is full.",
    "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.\n"
    "    alpha==1.0 from http://127.0.0.1/files/alpha-1.0-py3-none-any.whl (from -r lock.txt):\n"
    "        Expected sha256 0000\n             Got        1111": (
        "alpha==1.0 is not the file that was locked: its SHA-256 differs."
    ),
    "  x Failed to download `alpha==1.0`\n  |-> Hash mismatch for `alpha==1.0`": (
        "alpha==1.0 is not the file that was locked: its SHA-256 differs."
    ),
    "error: In `--require-hashes` mode, all requirements must have a hash, but none were provided "
    "for: alpha==1.0": "The lock has no hash for alpha==1.0.",
    "WARNING: Retrying (Retry(total=0)) after connection broken by 'ProxyError('Cannot connect to "
    "proxy.', OSError('Tunnel connection failed: 407 Proxy Authentication Required'))': "
    "https://pypi.org/simple/alpha/": "The proxy refuses the connection to pypi.org.",
    "WARNING: Retrying after connection broken by 'SSLError(SSLCertVerificationError(1, '[SSL: "
    "CERTIFICATE_VERIFY_FAILED] certificate verify failed: self signed certificate'))': "
    "https://pypi.org/simple/alpha/": "The certificate of pypi.org cannot be verified.",
    "ERROR: Could not install packages due to an OSError: [WinError 32] The process cannot access "
    "the file because it is being used by another process: 'C:\\\\env\\\\Lib\\\\torch\\\\a.dll'": (
        "Another program uses the file C:\\\\env\\\\Lib\\\\torch\\\\a.dll."
    ),
    "ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: "
    "'/data/env/lib/x.py'": "There is no permission to write /data/env/lib/x.py.",
    "pip._vendor.urllib3.exceptions.ProtocolError: ('Connection broken: IncompleteRead(10 bytes "
    "read)')\nHTTPSConnectionPool(host='files.pythonhosted.org', port=443)": (
        "The download from files.pythonhosted.org broke off."
    ),
    "WARNING: Retrying after connection broken by 'NewConnectionError('<pip._vendor.urllib3"
    ".connection.HTTPSConnection object at 0x7f>: Failed to establish a new connection: [Errno "
    "-2] Name or service not known')': https://pypi.org/simple/alpha/\n"
    "ERROR: No matching distribution found for alpha==1.0": "pypi.org cannot be reached.",
    "error: Request failed after 3 retries\n  Caused by: dns error\n"
    "  for url (https://download.pytorch.org/whl/cpu/torch/)": (
        "download.pytorch.org cannot be reached."
    ),
    "ERROR: Could not find a version that satisfies the requirement torch==2.13.0+cpu\n"
    "ERROR: No matching distribution found for torch==2.13.0+cpu": (
        "There is no file of torch==2.13.0+cpu for this computer"
    ),
    "The virtual environment was not created successfully because ensurepip is not available.": (
        "This Python cannot make environments."
    ),
    "WARNING: The repository located at mirror.example is not a trusted or secure host and is "
    "being ignored.\nERROR: No matching distribution found for alpha==1.0": (
        "mirror.example is not asked, because the connection to it is not encrypted."
    ),
    "Missing dependencies for SOCKS support.": "pip cannot use a SOCKS proxy.",
}


@pytest.mark.parametrize(("said", "sentence"), SAID.items())
def test_a_known_complaint_is_one_sentence_and_a_remedy(said, sentence):
    failure = complaint(said.splitlines(), 1, "Installing")
    assert failure.args[0].startswith(sentence)
    assert "\n" not in str(failure)
    assert "{}" not in str(failure)
    remedy = str(failure)[len(sentence) :]
    assert len(remedy) > 10
    assert failure.details == said


def test_an_unknown_complaint_is_told_as_it_was_said():
    failure = complaint(["Collecting alpha", "ERROR: something new."], 2, "Installing")
    assert str(failure).startswith("Installing failed with exit code 2: ERROR: something new.")


@pytest.mark.parametrize(
    ("code", "sentence"),
    [(errno.ENOSPC, "The disk is full."), (errno.EACCES, "There is no permission to write /x.")],
)
def test_trouble_with_files_of_its_own_reads_the_same(code, sentence):
    assert str(from_os_error(OSError(code, "words", "/x"))).startswith(sentence)
