"""`cmake --install` and `cpack` on the build that the extension is from: what they give loads, and is what the changelog tells of."""
import pathlib
import re
import shutil
import subprocess

import harness

OPTIONS = harness.parser().parse_args()
BUILD = pathlib.Path(OPTIONS.extension).resolve().parent
VERSION = re.search(r"project\(arbors VERSION ([\d.]+)", (harness.ROOT / "CMakeLists.txt").read_text())[1]


def need_build():
    if not (BUILD / "CPackConfig.cmake").exists() or not shutil.which("cmake"):
        raise harness.Skip(f"{BUILD} is no build folder of CMake's, or CMake is not there")
    if pathlib.Path(OPTIONS.extension).name != "arbors.so":
        raise harness.Skip("the extension is not the build's own")


def versions(report, extension, what):
    with_extension = harness.connect(extension)
    report.equal(with_extension.execute("SELECT substr(arbor_version(), 1, ?)", (len(f"arbors {VERSION}"),)).fetchone()[0],
                 f"arbors {VERSION}", what)
    with_extension.close()


def test_install(report):
    need_build()
    with harness.scratch() as folder:
        subprocess.run(["cmake", "--install", BUILD, "--prefix", folder], check=True, capture_output=True)
        [extension] = pathlib.Path(folder).rglob("arbors.so")
        versions(report, extension, "what is installed loads")
        needed = subprocess.run(["ldd", extension], capture_output=True, text=True, check=True).stdout
        outside = [line for line in needed.splitlines() if "simdjson" in line and folder not in line]
        report.equal(outside, [], "it finds the library that it carries, beside itself")


def test_debian_package(report):
    need_build()
    if not shutil.which("dpkg-deb") or not shutil.which("cpack"):
        raise harness.Skip("dpkg-deb or cpack is not there")
    if "-fsanitize" in (BUILD / "build.ninja").read_text(errors="replace"):
        raise harness.Skip("not of a sanitized build")
    with harness.scratch() as folder:
        subprocess.run(["cpack", "--config", BUILD / "CPackConfig.cmake", "-B", folder], check=True, capture_output=True)
        [package] = pathlib.Path(folder).glob("*.deb")
        fields = subprocess.run(["dpkg-deb", "-f", package], capture_output=True, text=True, check=True).stdout
        report.check(f"Version: {VERSION}\n" in fields, "the package has the project's version", fields)
        report.check("sqlite3" in fields and "libc6" in fields, "it depends on the C library and recommends SQLite", fields)
        subprocess.run(["dpkg-deb", "-x", package, pathlib.Path(folder) / "root"], check=True)
        [extension] = (pathlib.Path(folder) / "root").rglob("arbors.so")
        versions(report, extension, "what is packed loads")


def test_changelog(report):
    newest = re.search(r"^## ([\d.]+)$", (harness.ROOT / "ext/CHANGELOG.md").read_text(), re.MULTILINE)[1]
    report.equal(newest, VERSION, "the changelog's newest version is the project's")


if __name__ == "__main__":
    harness.run(globals())
