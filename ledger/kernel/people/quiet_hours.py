"""The hours in which no advertisement is sent: from 21:00 to 08:00 in Korea, where that needs a consent of its own
(Network Act, article 50).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

KOREA = ZoneInfo("Asia/Seoul")
MORNING, EVENING = 8, 21


def next_daytime(at_time: int) -> int:
    """`at_time` (UTC seconds) if it is not in the quiet hours, otherwise their end."""
    local = datetime.fromtimestamp(at_time, KOREA)
    if MORNING <= local.hour < EVENING:
        return at_time
    day = local if local.hour < MORNING else local + timedelta(days=1)
    return int(day.replace(hour=MORNING, minute=0, second=0, microsecond=0).timestamp())
