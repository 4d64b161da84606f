"""The repository's address: where it is set, buttons, a canonical address and a card; where it is not, none of them."""

from __future__ import annotations

import doctest

import pytest
import yaml

from tools.build_book import build
from tools.site import numbering, publishing
from tools.site.browser import ROOT
from tools.site.publishing import first_words, site_address, social_tags, theme_options

GITHUB = "https://github.com/Someone/tensorcalc"
ONLINE = ("mybinder.org", "colab.research.google.com", "og:title", 'rel="canonical"', "Someone/tensorcalc")


@pytest.mark.parametrize("module", [numbering, publishing])
def test_examples_in_docstrings(module):
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


def test_no_address_no_buttons():
    options = theme_options("")
    assert options["launch_buttons"] == {}
    assert not any(options[key] for key in ("repository_url", "use_repository_button", "use_source_button"))


def test_an_address_brings_binder_colab_and_the_source():
    options = theme_options(f"{GITHUB}.git")
    assert options["repository_url"] == GITHUB
    assert {"binderhub_url", "colab_url"} <= set(options["launch_buttons"])
    assert options["use_source_button"]


def test_colab_reads_from_github_alone():
    assert "colab_url" not in theme_options("https://gitlab.com/someone/tensorcalc")["launch_buttons"]


@pytest.mark.parametrize(
    ("repository", "address"),
    [
        (GITHUB, "https://someone.github.io/tensorcalc/"),
        (f"{GITHUB}.git", "https://someone.github.io/tensorcalc/"),
        ("https://gitlab.com/a/b", "https://a.gitlab.io/b/"),
        ("https://example.org/a/b", ""),
        ("", ""),
    ],
)
def test_where_the_pages_are_published(repository, address):
    assert site_address(repository) == address


def test_a_card_is_escaped_and_absolute():
    tags = social_tags('A "<quoted>" title', "words", "https://a.b/c/", "book/intro.html")
    assert "&quot;&lt;quoted&gt;" in tags
    assert 'content="https://a.b/c/book/intro.html"' in tags
    assert (ROOT / "book" / "_static" / "card.png").exists()


def test_a_description_is_cut_at_a_word():
    assert first_words("word " * 100).endswith("word …")
    assert len(first_words("word " * 100)) <= 202


def small_book(folder, url):
    """A book of one page with this book's configuration."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config["repository"]["url"] = url
    config["bibtex_bibfiles"] = [str(ROOT / "book" / "references.bib")]
    config["sphinx"]["local_extensions"] = {"tools.site": str(ROOT)}
    (folder / "book").mkdir(parents=True)
    (folder / "book" / "_static").symlink_to(ROOT / "book" / "_static")
    (folder / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    (folder / "_toc.yml").write_text("format: jb-book\nroot: book/intro\n", encoding="utf-8")
    cells = '[{"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# A page\\n\\nWords."}]'
    kernel = '{"kernelspec": {"name": "python3", "display_name": "Python 3"}}'
    notebook = f'{{"cells": {cells}, "metadata": {kernel}, "nbformat": 4, "nbformat_minor": 5}}'
    (folder / "book" / "intro.ipynb").write_text(notebook, encoding="utf-8")
    return build(folder, folder)


def test_a_page_built_with_an_address_has_all_of_it(tmp_path):
    page = (small_book(tmp_path / "src", GITHUB) / "book" / "intro.html").read_text(encoding="utf-8")
    assert [name for name in ONLINE if name not in page] == []
    assert f"{GITHUB}/blob/main/book/intro.ipynb" in page
    assert "https://someone.github.io/tensorcalc/book/intro.html" in page


def test_a_page_built_without_an_address_has_none_of_it(tmp_path):
    page = (small_book(tmp_path / "src", "") / "book" / "intro.html").read_text(encoding="utf-8")
    assert [name for name in ONLINE if name in page] == []
