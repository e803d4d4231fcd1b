"""Activity of paired courses: pulls, logs, notifications, uploads; rows under pseudonyms."""
