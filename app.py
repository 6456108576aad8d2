"""The Streamlit entry: the pages, and what their server does beside drawing them."""

from streamlit.starlette import App

from rag.page.serving import routes, serving, start_logs

start_logs()
app = App("rag/page/site.py", routes=routes(), lifespan=serving)
