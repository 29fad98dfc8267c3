const response = await fetch('/api/calendar/availability', {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({
    agentId: 'agent_id',
    startTime: '09:00',
    endTime: '10:00',
    date: '2024-01-15'
  })
});

const result = await response.json();
// result.available: boolean
// result.conflicts: array of conflicting events
