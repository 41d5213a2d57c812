"""Whether a report is about a matter that is known already: signs, a score, the chance. Pure: no Django, no clock.

`matters` holds what is known of reports and cases, `signs` what speaks for two being one matter, `model` learns how
much each sign counts, `tables` learns from the past reports of a city.
"""
