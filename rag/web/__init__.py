"""Addresses → articles, safely. The way in is `rag/web_adding.py`."""
