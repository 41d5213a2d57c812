"""Django's PostGIS back end, with a cheaper look at whether a kept connection still stands."""
