"""Sheets: how a module's records go out to a spreadsheet and come in again, checked before anything is written."""
