"""When a listing is too old to be trusted: the thresholds of the whole product."""

import datetime as dt

#: After this long without confirmation a seeker is told to check first.
STALE_AFTER = dt.timedelta(days=180)
#: After this long it is on the list of what moderators look at.
OVERDUE_AFTER = dt.timedelta(days=365)
#: A group that was asked is left in peace for this long.
REMIND_AGAIN = dt.timedelta(days=30)
