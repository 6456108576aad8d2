"""The Streamlit pages. The only folder that imports streamlit."""
