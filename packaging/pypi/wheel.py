#!/usr/bin/env python3
"""Packs the static binary of one platform into a Python wheel.

    packaging/pypi/wheel.py VERSION GOOS/GOARCH FOLDER DESTINATION

FOLDER is an unpacked release archive. The wheel has no Python code: pip puts the
binary beside the interpreter. SOURCE_DATE_EPOCH is the time of its files, so the
same archive gives the same bytes.
"""
import base64
import hashlib
import os
import re
import sys
import time
import zipfile
from pathlib import Path

# A static binary needs no particular C library, so one wheel serves glibc and musl.
PLATFORMS = {
    "linux/amd64": "manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64",
    "linux/arm64": "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
    "darwin/amd64": "macosx_12_0_x86_64",
    "darwin/arm64": "macosx_12_0_arm64",
    "windows/amd64": "win_amd64",
    "windows/arm64": "win_arm64",
}


def pep440(version: str) -> str:
    """The version as Python spells it: v1.2.3-rc.1 is 1.2.3rc1, a pseudo-version is a .dev release."""
    released, _, pre = version.removeprefix("v").partition("+")[0].partition("-")
    if not pre:
        return released
    if found := re.fullmatch(r"(alpha|beta|rc)\.?(\d+)", pre):
        return f"{released}{ {'alpha': 'a', 'beta': 'b', 'rc': 'rc'}[found[1]] }{found[2]}"
    if found := re.search(r"(\d{14})-([0-9a-f]+)$", pre):
        return f"{released}.dev{found[1]}+{found[2]}"
    return f"{released}.dev0+{re.sub(r'[^0-9a-z]+', '.', pre.lower())}"


def main() -> None:
    version, platform, folder, destination = sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])
    if platform not in PLATFORMS:
        sys.exit(f"no wheel platform is known for {platform}")
    name, tags = f"mallcheck-{pep440(version)}", PLATFORMS[platform]
    binary = "mallcheck.exe" if platform.startswith("windows/") else "mallcheck"
    info = f"{name}.dist-info"
    # PyPI shows the README alone: what it refers to is in the repository.
    readme = re.sub(r"\]\((?!https?:|#)([^)]+)\)", lambda link: f"]({repository(link[1])})", (folder / "README.md").read_text(encoding="utf-8"))
    files = {
        f"{name}.data/scripts/{binary}": ((folder / binary).read_bytes(), 0o755),
        f"{info}/licenses/LICENSE": ((folder / "LICENSE").read_bytes(), 0o644),
        f"{info}/METADATA": (
            "\n".join(
                [
                    "Metadata-Version: 2.4",
                    "Name: mallcheck",
                    f"Version: {pep440(version)}",
                    "Summary: Contract tests for the mall API of a SIM provider: one static binary",
                    "Project-URL: Source, https://github.com/mallcheck/mallcheck",
                    "License-Expression: " + license_of(folder),
                    "License-File: LICENSE",
                    "Requires-Python: >=3.8",
                    "Classifier: Environment :: Console",
                    "Classifier: Topic :: Software Development :: Testing",
                    "Description-Content-Type: text/markdown",
                    "",
                    readme,
                ]
            ).encode(),
            0o644,
        ),
        f"{info}/WHEEL": (
            "\n".join(
                ["Wheel-Version: 1.0", "Generator: mallcheck", "Root-Is-Purelib: false"]
                + [f"Tag: py3-none-{tag}" for tag in tags.split(".")]
                + [""]
            ).encode(),
            0o644,
        ),
    }
    record = "".join(f"{path},{digest(content)},{len(content)}\n" for path, (content, _) in files.items())
    files[f"{info}/RECORD"] = ((record + f"{info}/RECORD,,\n").encode(), 0o644)

    stamp = time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"]))[:6]
    wheel = destination / f"{name}-py3-none-{tags}.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path, (content, mode) in files.items():
            entry = zipfile.ZipInfo(path, stamp)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = (0o100000 | mode) << 16
            archive.writestr(entry, content)
    print(wheel)


def repository(path: str) -> str:
    """The address of a file that the README refers to."""
    if path.endswith(".png"):
        return f"https://raw.githubusercontent.com/mallcheck/mallcheck/main/{path}"
    return f"https://github.com/mallcheck/mallcheck/blob/main/{path}"


def digest(content: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def license_of(folder: Path) -> str:
    """The SPDX identifier of the licence in the archive."""
    text = (folder / "LICENSE").read_text(encoding="utf-8")
    for start, identifier in (("Apache License", "Apache-2.0"), ("MIT License", "MIT")):
        if start in text[:200]:
            return identifier
    sys.exit("the licence in LICENSE is not known to packaging/pypi/wheel.py")


if __name__ == "__main__":
    main()
