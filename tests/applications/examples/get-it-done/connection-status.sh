curl http://localhost:5000/api/calendar/connection-status/test_user_123
