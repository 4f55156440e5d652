"""The dashboard: pages over the reporting views of Deskbell's database.

Run `streamlit run` on `app.py`, with the database's URL in DESKBELL_DASHBOARD_DATABASE_URL.
"""
