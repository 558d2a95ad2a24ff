"""Settings of the site: `python scripts/build_site.py` gathers the pages and runs Sphinx with them."""

from layerlab import __version__

project = "layerlab"
author = "the layerlab authors"
copyright = "the layerlab authors"
version = release = __version__

extensions = ["myst_nb", "sphinx_copybutton", "sphinx_design"]
html_theme = "sphinx_book_theme"
html_title = f"layerlab {__version__}"
html_favicon = "_static/logo.svg"
html_static_path = ["_static", "_mathjax"]
html_css_files = ["site.css"]
html_js_files = [
    "versions.js",
    "switcher.js",
    "search_from_folder.js",
]  # the first is written by scripts/site_versions.py
templates_path = ["_templates"]
html_sidebars = {"**": ["navbar-logo.html", "versions.html", "search-button-field.html", "sbt-sidebar-nav.html"]}
html_context = {"default_mode": "auto"}  # light or dark, as the reader's system says
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "logo": {"text": "layerlab", "image_light": "_static/logo.svg", "image_dark": "_static/logo.svg"},
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "home_page_in_toc": False,
}
nb_execution_mode = "off"  # the outputs are stored in the notebooks, and tests hold them to what the cells print
nb_ipywidgets_js: dict = {}  # no stored output is a widget, so that nothing is fetched for them
nb_merge_streams = True
myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath", "html_image"]
myst_heading_anchors = 4
nitpicky = True  # a link to a name that is on no page of the reference is an error
myst_links_external_new_tab = False
exclude_patterns = ["_build", "_templates"]
pygments_style = "a11y-high-contrast-light"
default_role = "literal"
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
toc_object_entries_show_parents = "hide"

# MathJax in one file, from a package: no other host is asked for it, and it works from a folder
mathjax_path = "tex-svg.js"
mathjax3_config = {"svg": {"fontCache": "global"}, "options": {"enableMenu": False}}
