SELECT * FROM calendar_sync_logs
ORDER BY created_at DESC
LIMIT 20;
