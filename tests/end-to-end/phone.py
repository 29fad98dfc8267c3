"""The phone: an independent CalDAV client (python-caldav), told what to do by JSON lines on its standard input."""

import json
import sys
from datetime import datetime

import caldav


def parsed(text):
    return datetime.fromisoformat(text)


def said(item):
    """What every calendar object says; its version, too."""
    component = item.icalendar_component
    text = lambda name: str(component.get(name, ""))
    return {
        "url": str(item.url),
        "etag": item.etag,
        "uid": str(component["UID"]),
        "summary": text("SUMMARY"),
        "description": text("DESCRIPTION"),
        "location": text("LOCATION"),
        "status": text("STATUS"),
        "data": item.data,
    }


class Phone:
    def __init__(self, url, user, password):
        self.client = caldav.DAVClient(url=url, username=user, password=password)

    def calendar(self, url):
        return self.client.calendar(url=url)

    def make_calendar(self, name):
        return str(self.client.principal().make_calendar(name=name).url)

    def make_task_list(self, name):
        made = self.client.principal().make_calendar(name=name, supported_calendar_component_set=["VTODO"])
        return str(made.url)

    def tasks(self, calendar):
        found = [said(todo) for todo in self.calendar(calendar).todos(include_completed=True)]
        return sorted(found, key=lambda todo: (todo["summary"], todo["uid"]))

    def complete_task(self, calendar, uid):
        self.calendar(calendar).todo_by_uid(uid).complete()

    def reschedule_task(self, calendar, uid, due):
        todo = self.calendar(calendar).todo_by_uid(uid)
        todo.set_due(parsed(due))
        todo.save()

    def events(self, calendar):
        found = []
        for event in self.calendar(calendar).events():
            component = event.icalendar_component
            times = {"start": component.start.isoformat(), "end": component.end.isoformat()}
            found.append(said(event) | times)
        return sorted(found, key=lambda event: (event["start"], event["uid"]))

    def add(self, calendar, data):
        return str(self.calendar(calendar).save_event(data).url)

    def change(self, calendar, uid, fields):
        """Changes an event or task as it was read: the version goes with it, so that nobody's edit is written over."""
        item = self.calendar(calendar).get_object_by_uid(uid)
        with item.edit_icalendar_instance() as instance:
            component = [c for c in instance.subcomponents if c.name in ("VEVENT", "VTODO")][0]
            for name, value in fields.items():
                old = component.pop(name, None)
                if name in ("DTSTART", "DTEND"):
                    moment = parsed(value)
                    component.add(name, moment.astimezone(old.dt.tzinfo) if old is not None else moment)
                else:
                    component.add(name, value)
        item.save()

    def delete(self, calendar, uid):
        """Deletes an event or task as it was read."""
        self.calendar(calendar).get_object_by_uid(uid).delete(if_match=True)


def main():
    phone = Phone(*sys.argv[1:4])
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"result": getattr(phone, request["do"])(*request["with"])}
        except Exception as error:  # the test that asked is told
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
