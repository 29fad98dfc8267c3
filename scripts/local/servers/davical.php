<?php
// What every request to PHP's built-in server runs: finds DAViCal's own script for it, with a configuration that lies
// beside this file.
error_reporting(E_ERROR | E_PARSE);
ini_set('display_errors', '0');

$path = rawurldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
if (str_starts_with($path, '/.well-known/')) {
    $path = "/caldav.php$path";
}
$found = preg_match('{^(/\w+\.php)(/.*)?$}', $path, $parts);
$script = $found ? $_SERVER['DOCUMENT_ROOT'] . $parts[1] : '';
if (!is_file($script)) {
    http_response_code(404);
    return;
}
$_SERVER['SCRIPT_FILENAME'] = $script;
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = $parts[1];
unset($_SERVER['PATH_INFO']);
if (isset($parts[2])) {
    $_SERVER['PATH_INFO'] = $parts[2];
}
$_SERVER['SERVER_NAME'] = '../..' . __DIR__ . '/kalends';
chdir($_SERVER['DOCUMENT_ROOT']);
require $script;
