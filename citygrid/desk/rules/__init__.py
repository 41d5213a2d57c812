from citygrid.desk.rules.keys import ALWAYS, ANSWERS, REPORT, USUAL, Keys, unfit
from citygrid.desk.rules.views import LONGEST_NAME, LONGEST_QUERY, lasting

__all__ = [
    "ALWAYS",
    "ANSWERS",
    "LONGEST_NAME",
    "LONGEST_QUERY",
    "REPORT",
    "USUAL",
    "Keys",
    "lasting",
    "unfit",
]
