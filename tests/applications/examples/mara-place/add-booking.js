const response = await fetch('/api/calendar/events', {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({
    agentId: 'agent_id',
    bookingId: 'booking_id',
    title: 'Consultation with John Doe',
    description: 'Immigration consultation',
    startTime: '09:00',
    endTime: '10:00',
    date: '2024-01-15',
    location: 'Online',
    clientName: 'John Doe',
    clientEmail: 'john@example.com'
  })
});

const result = await response.json();
// result.success: boolean
// result.results: array of sync results for each calendar
