"""The build backend: scikit-build-core's, and wheels get the manylinux tag that the libraries inside allow."""

import pathlib
import re
import subprocess
import sys
import zipfile

from scikit_build_core import build as _scikit
from scikit_build_core.build import *  # noqa: F401,F403

# The glibc whose manylinux policy is the first to allow a minor version of GLIBCXX_3.4.
_GLIBC_OF_GLIBCXX = {28: 28, 29: 34, 30: 35, 31: 38, 32: 38, 33: 39}


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    name = _scikit.build_wheel(wheel_directory, config_settings, metadata_directory)
    wheel = pathlib.Path(wheel_directory, name)
    platform = _manylinux(wheel)
    if platform is None:
        return name
    tagged = subprocess.run([sys.executable, "-m", "wheel", "tags", "--remove", "--platform-tag", platform, str(wheel)],
                            check=True, capture_output=True, text=True).stdout.split()[-1]
    return pathlib.Path(tagged).name


def _manylinux(wheel):
    """The tag of a wheel of glibc's Linux; None for any other."""
    found = re.search(r"-linux_(\w+)\.whl$", wheel.name)
    if not found:
        return None
    with zipfile.ZipFile(wheel) as files:
        libraries = [files.read(name) for name in files.namelist() if ".so" in name]
    glibc = {int(minor) for library in libraries for minor in re.findall(rb"GLIBC_2\.(\d+)", library)}
    glibcxx = {int(minor) for library in libraries for minor in re.findall(rb"GLIBCXX_3\.4\.(\d+)", library)}
    if not glibc:
        return None
    needed = max(glibc | {_GLIBC_OF_GLIBCXX.get(minor, 17 if minor < 28 else 39) for minor in glibcxx})
    return f"manylinux_2_{max(needed, 17)}_{found[1]}"
