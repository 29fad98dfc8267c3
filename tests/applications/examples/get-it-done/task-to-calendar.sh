curl -X POST http://localhost:5000/api/calendar/task-to-calendar \
  -H "Content-Type: application/json" \
  -d '{
    "user_id": "test_user_123",
    "task_data": {
      "id": "task_001",
      "name": "Test homework assignment",
      "scheduled_time": "2025-10-17T14:00:00",
      "category": "Homework",
      "timezone": "America/New_York"
    }
  }'
