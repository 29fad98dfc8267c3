curl -X POST http://localhost:5000/api/calendar/calendar-to-tasks \
  -H "Content-Type: application/json" \
  -d '{"user_id": "test_user_123"}'
