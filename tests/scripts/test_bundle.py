"""The shipped browser scripts are those that esbuild makes from our sources and the npm lock file."""

from mydata_ledger.scripts.bundle import BUILT, PACKAGES, build, scripts, stale


def test_what_is_shipped_is_what_the_sources_give():
    assert stale(scripts()) == [], "run `python -m mydata_ledger.scripts.bundle`"
    assert {path.name for path in BUILT.iterdir()} == scripts().keys()


def test_only_what_is_stale_is_written(tmp_path):
    assert build(tmp_path / "built") == [*scripts()]
    assert build(tmp_path / "built") == []
    (tmp_path / "built" / "verifier.js").write_text("altered")
    assert build(tmp_path / "built") == ["verifier.js"]


def test_licences_of_others_stay_in_the_scripts():
    for name in ("statements.js", "demo_wallet.js", "verifier.js"):
        assert "MIT License" in (BUILT / name).read_text(encoding="utf-8")
    texts = (BUILT / "licences.txt").read_text(encoding="utf-8")
    assert all(f"{name}\n\n" in texts for name in PACKAGES)
