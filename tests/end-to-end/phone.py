"""The phone: an independent CalDAV client (python-caldav), told what to do by JSON lines on its standard input."""

import json
import sys
from datetime import datetime

import caldav


def parsed(text):
    return datetime.fromisoformat(text)


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
        found = []
        for todo in self.calendar(calendar).todos(include_completed=True):
            component = todo.icalendar_component
            found.append(
                {
                    "uid": str(component["UID"]),
                    "summary": str(component.get("SUMMARY", "")),
                    "status": str(component.get("STATUS", "")),
                    "data": todo.data,
                }
            )
        return sorted(found, key=lambda todo: (todo["summary"], todo["uid"]))

    def complete_task(self, calendar, uid):
        self.calendar(calendar).todo_by_uid(uid).complete()

    def reschedule_task(self, calendar, uid, due):
        todo = self.calendar(calendar).todo_by_uid(uid)
        todo.set_due(parsed(due))
        todo.save()

    def delete_task(self, calendar, uid):
        self.calendar(calendar).todo_by_uid(uid).delete()

    def event(self, calendar, uid):
        return self.calendar(calendar).event_by_uid(uid)

    def events(self, calendar):
        found = []
        for event in self.calendar(calendar).events():
            component = event.icalendar_component
            found.append(
                {
                    "url": str(event.url),
                    "uid": str(component["UID"]),
                    "summary": str(component.get("SUMMARY", "")),
                    "description": str(component.get("DESCRIPTION", "")),
                    "location": str(component.get("LOCATION", "")),
                    "status": str(component.get("STATUS", "")),
                    "start": component.start.isoformat(),
                    "end": component.end.isoformat(),
                    "data": event.data,
                }
            )
        return sorted(found, key=lambda event: (event["start"], event["uid"]))

    def add(self, calendar, data):
        return str(self.calendar(calendar).save_event(data).url)

    def change(self, calendar, uid, fields):
        event = self.event(calendar, uid)
        with event.edit_icalendar_instance() as instance:
            component = [c for c in instance.subcomponents if c.name == "VEVENT"][0]
            for name, value in fields.items():
                old = component.pop(name, None)
                if name in ("DTSTART", "DTEND"):
                    moment = parsed(value)
                    component.add(name, moment.astimezone(old.dt.tzinfo) if old is not None else moment)
                else:
                    component.add(name, value)
        event.save()

    def delete(self, calendar, uid):
        self.event(calendar, uid).delete()


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
