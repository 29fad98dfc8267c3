curl -X GET "https://your-domain.com/api/calendar/export?userId=xxx&startDate=2025-01-01&endDate=2025-12-31"
