"""What the site carries along is what its manifest says, with its licence beside it."""

from __future__ import annotations

import hashlib
import json

from tools.site.browser import ROOT

VENDOR = ROOT / "book" / "_static" / "vendor"
MANIFEST = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))


def test_each_file_has_the_checksum_of_the_manifest():
    found = {entry["file"]: hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() for entry in MANIFEST}
    assert found == {entry["file"]: entry["sha256"] for entry in MANIFEST}


def test_every_file_is_in_the_manifest():
    files = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    assert files - {"manifest.json"} == {entry["file"] for entry in MANIFEST}


def test_each_entry_names_version_licence_and_source():
    for entry in MANIFEST:
        assert all(entry[key] for key in ("name", "version", "licence", "source"))
        assert (VENDOR / entry["file"]).with_name("LICENSE").exists()
