curl -X POST https://your-domain.com/api/admin/calendars \
-H "Content-Type: application/json" \
-H "Authorization: Bearer YOUR_SESSION_TOKEN" \
-d '{
"artistId": "artist-uuid-here",
"calendarUrl": "https://nextcloud.com/remote.php/dav/calendars/user/artist-name/",
"calendarId": "artist-name"
}'
