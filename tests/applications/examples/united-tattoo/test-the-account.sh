curl -X GET https://your-nextcloud.com/remote.php/dav/calendars/username/ \
-u "username:app-password"
