"""The dashboards: navigation only. What a page shows stands in `views/`, the list in `menu.py`."""

import streamlit as st

from dashboards.blocks.frame import calmly, choose_language, show_menu, show_snapshot
from dashboards.menu import front_page_by_name, pages

# A Material icon here would be fetched from another machine.
st.set_page_config(page_title="Service Quality Monitor", page_icon="🏮", layout="wide")
choose_language()
all_pages = pages()
page = st.navigation([*all_pages.values(), front_page_by_name()], position="hidden")
with st.sidebar:
    show_menu(all_pages)
with calmly():
    page.run()
with st.sidebar, calmly():
    show_snapshot()
