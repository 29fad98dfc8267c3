<?php
// One user's CalDAV account on sabre/dav 1.8: what every request to PHP's built-in server runs.
error_reporting(E_ALL & ~E_DEPRECATED & ~E_USER_DEPRECATED);
ini_set('display_errors', '0');
date_default_timezone_set('UTC');
require 'Sabre/autoload.php';

const SCHEMA = <<<'SQL'
CREATE TABLE principals (id INTEGER PRIMARY KEY, uri TEXT UNIQUE, email TEXT, displayname TEXT, vcardurl TEXT);
CREATE TABLE groupmembers (id INTEGER PRIMARY KEY, principal_id INTEGER, member_id INTEGER);
CREATE TABLE calendars (id INTEGER PRIMARY KEY, principaluri TEXT, uri TEXT, displayname TEXT, description TEXT,
    components TEXT, ctag INTEGER NOT NULL DEFAULT 0, timezone TEXT, calendarorder INTEGER, calendarcolor TEXT,
    transparent INTEGER, UNIQUE (principaluri, uri));
CREATE TABLE calendarobjects (id INTEGER PRIMARY KEY, calendarid INTEGER NOT NULL, uri TEXT, calendardata BLOB,
    etag TEXT, size INTEGER, lastmodified INTEGER, componenttype TEXT, firstoccurence INTEGER, lastoccurence INTEGER,
    UNIQUE (calendarid, uri));
SQL;

class OneUser extends Sabre\DAV\Auth\Backend\AbstractBasic
{
    protected function validateUserPass($username, $password)
    {
        return $username === getenv('DAV_USER') && hash_equals(getenv('DAV_PASSWORD'), (string) $password);
    }
}

function fill(PDO $pdo): void
{
    $pdo->exec(SCHEMA);
    $add = $pdo->prepare('INSERT INTO principals (uri, email, displayname) VALUES (?, ?, ?)');
    $user = getenv('DAV_USER');
    $add->execute(["principals/$user", "$user@example.test", $user]);
    foreach (['read', 'write'] as $right) {
        $add->execute(["principals/$user/calendar-proxy-$right", null, null]);
    }
}

function database(): PDO
{
    $pdo = new PDO('sqlite:' . getenv('DAV_DATABASE'));
    $pdo->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION);
    $pdo->exec('PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF');
    $ready = "SELECT 1 FROM sqlite_master WHERE name = 'calendarobjects'";
    if (!$pdo->query($ready)->fetchColumn()) {
        $pdo->exec('BEGIN IMMEDIATE');
        if (!$pdo->query($ready)->fetchColumn()) { // another worker may have been quicker
            fill($pdo);
        }
        $pdo->exec('COMMIT');
    }
    return $pdo;
}

if (parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) === '/.well-known/caldav') {
    header('Location: /', true, 301);
    return;
}
$pdo = database();
$principals = new Sabre\DAVACL\PrincipalBackend\PDO($pdo);
$server = new Sabre\DAV\Server([
    new Sabre\CalDAV\Principal\Collection($principals),
    new Sabre\CalDAV\CalendarRootNode($principals, new Sabre\CalDAV\Backend\PDO($pdo)),
]);
$server->setBaseUri('/');
$server->addPlugin(new Sabre\DAV\Auth\Plugin(new OneUser(), 'Kalends'));
$server->addPlugin(new Sabre\DAVACL\Plugin());
$server->addPlugin(new Sabre\CalDAV\Plugin());
$server->exec();
