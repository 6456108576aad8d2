"""Any kind of file → articles. The way in is `rag/readers.py`."""
