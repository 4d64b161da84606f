"""What a page gets where the repository's address is known (``repository: url`` in ``_config.yml``).

Set: a link to the source, Binder and Colab buttons, a canonical address, a social card. Empty: none of them.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

BUTTONS = {
    "notebook_interface": "jupyterlab",
    "binderhub_url": "https://mybinder.org",
    "colab_url": "https://colab.research.google.com",
}
PAGES = {"github.com": "github.io", "gitlab.com": "gitlab.io"}


def site_address(repository: str) -> str:
    """Where the host of a repository publishes its pages; empty where that is not known.

    >>> site_address("https://github.com/someone/tensorcalc")
    'https://someone.github.io/tensorcalc/'
    >>> site_address("https://git.example.org/someone/tensorcalc")
    ''
    """
    parts = urlsplit(repository)
    owner, _, name = parts.path.strip("/").removesuffix(".git").partition("/")
    if parts.hostname not in PAGES or not name:
        return ""
    return f"https://{owner.lower()}.{PAGES[parts.hostname]}/{name}/"


def theme_options(repository: str) -> dict[str, Any]:
    """The theme's options that depend on the repository: buttons where it is known, none where it is not."""
    known = bool(repository)
    on_github = urlsplit(repository).hostname == "github.com"  # Colab reads from nowhere else
    launch = {key: value for key, value in BUTTONS.items() if on_github or key != "colab_url"}
    return {
        "repository_url": repository.rstrip("/").removesuffix(".git"),
        "use_repository_button": known,
        "use_source_button": known,
        "launch_buttons": launch if known else {},
    }


def _configure(_app: Any, config: Any) -> None:
    repository = config.html_theme_options.get("repository_url", "")
    config.html_theme_options.update(theme_options(repository))
    if not config.html_baseurl:
        config.html_baseurl = site_address(repository)


def social_tags(title: str, description: str, address: str, page: str) -> str:
    """The meta tags from which messengers and forums make a card of a link.

    >>> print(social_tags("A <b>", "x", "https://a.b/c/", "intro.html").splitlines()[0])
    <meta property="og:title" content="A &lt;b&gt;" />
    """
    from html import escape

    properties = {
        "og:title": title,
        "og:description": description,
        "og:type": "article",
        "og:url": address + page,
        "og:image": f"{address}_static/card.png",
        "og:image:alt": "Tensor Calculus and Backpropagation: an equation in index notation and its gradient",
    }
    tags = [f'<meta property="{name}" content="{escape(value)}" />' for name, value in properties.items()]
    return "\n".join([*tags, '<meta name="twitter:card" content="summary_large_image" />'])


def first_words(text: str, limit: int = 200) -> str:
    """The beginning of a text, cut at a word.

    >>> first_words("one two  three", limit=9)
    'one two …'
    """
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[:limit].rpartition(' ')[0]} …"


def _description(doctree: Any) -> str:
    from docutils import nodes

    paragraph = next(iter(doctree.findall(nodes.paragraph)), None)
    return first_words(paragraph.astext()) if paragraph is not None else ""


def _add_tags(app: Any, page: str, _template: str, context: dict[str, Any], doctree: Any) -> None:
    if not doctree:
        return
    description, address = _description(doctree), app.config.html_baseurl
    title = app.env.titles[page].astext()
    context["metatags"] += social_tags(title, description, address, app.builder.get_target_uri(page)) if address else ""


def setup(app: Any) -> None:
    app.connect("config-inited", _configure, priority=100)  # before the theme reads its options
    app.connect("html-page-context", _add_tags)
