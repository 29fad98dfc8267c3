// Connect Google Calendar
const connectGoogleCalendar = async () => {
  const response = await fetch('/api/calendar/connect/google', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ user_id: currentUser.id })
  });
  
  const data = await response.json();
  
  // Redirect to Google OAuth
  window.location.href = data.authorization_url;
};

// Sync task to calendar when created
const createTask = async (taskData) => {
  // 1. Save task to Get It Done! database
  const task = await saveTask(taskData);
  
  // 2. Sync to calendar
  const syncResponse = await fetch('/api/calendar/task-to-calendar', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      user_id: currentUser.id,
      task_data: {
        id: task.id,
        name: task.name,
        scheduled_time: task.scheduledTime,
        category: task.category,
        timezone: Intl.DateTimeFormat().resolvedOptions().timeZone
      }
    })
  });
  
  const syncData = await syncResponse.json();
  
  if (syncData.success) {
    // Store calendar event ID with task
    task.calendarEventId = syncData.event_id;
    await updateTask(task);
  }
};

// Sync calendar events to tasks (run on app load)
const syncCalendarToTasks = async () => {
  const response = await fetch('/api/calendar/calendar-to-tasks', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ user_id: currentUser.id })
  });
  
  const data = await response.json();
  
  if (data.success) {
    // Create tasks from calendar events
    for (const taskData of data.tasks) {
      await createTaskFromCalendar(taskData);
    }
  }
};
