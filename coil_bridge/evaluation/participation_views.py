"""Questions that the participation database answers by itself.

All of them are sums over rows that the file holds anyway, so over shown groups only.
"""

from __future__ import annotations

from coil_bridge.evaluation.dataset import View

VIEWS = (
    View(
        "weekly_students",
        "Students of each group by week: how many there are, how many wrote something, and how much.",
        """
        SELECT pairing_id, pairing, institution_id, institution, country, iso_week, week_starts,
               count(*) AS students, sum(active_days > 0) AS active_students,
               sum(posts) AS posts, sum(replies) AS replies
        FROM participation WHERE role = 'student'
        GROUP BY pairing_id, institution_id, week_starts
        ORDER BY pairing, pairing_id, institution, institution_id, week_starts
        """,
    ),
    View(
        "group_totals",
        "Students of each group over the whole pairing: active, completing, and how much they wrote.",
        """
        SELECT pairing_id, pairing, institution_id, institution, country,
               count(*) AS students, sum(active_days > 0) AS active_students,
               sum(completed = 'yes') AS completed, sum(completed = 'unknown') AS completion_unknown,
               sum(posts) AS posts, sum(replies) AS replies
        FROM person WHERE role = 'student'
        GROUP BY pairing_id, institution_id
        ORDER BY pairing, pairing_id, institution, institution_id
        """,
    ),
    View(
        "not_shown",
        "Groups of which nothing is shown, and why.",
        """
        SELECT pairing_id, pairing, institution_id, institution, country, status, note
        FROM institution_group WHERE status <> 'shown'
        ORDER BY pairing, pairing_id, institution, institution_id
        """,
    ),
)
