// Reads a calendar as ical.js (Thunderbird, Nextcloud) does: node read.mjs UNTIL < calendar.ics
// Prints JSON: `events` with [uid, start, end, summary, status] of each occurrence that begins before UNTIL,
// and `busy` with [start, end] of each period of free/busy components.
import { readFileSync } from "node:fs";
import ICAL from "./ical-2.2.1.mjs";

const until = ICAL.Time.fromString(process.argv[2]);
const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);

const shown = (time) => (time.isDate ? time.toString() : time.toJSDate().toISOString());

function* occurrences(event) {
  if (!event.isRecurring()) {
    yield { item: event, startDate: event.startDate, endDate: event.endDate };
    return;
  }
  const starts = event.iterator();
  for (let start = starts.next(); start && start.compare(until) < 0; start = starts.next()) {
    yield event.getOccurrenceDetails(start);
  }
}

// An event finds what stands in the place of single dates by itself; alone that is an event like any other.
const read = calendar.getAllSubcomponents("vevent").map((component) => new ICAL.Event(component));
const recurring = new Set(read.filter((event) => event.isRecurring()).map((event) => event.uid));
const events = read
  .filter((event) => !(event.isRecurrenceException() && recurring.has(event.uid)))
  .flatMap((event) => [...occurrences(event)])
  .map(({ item, startDate, endDate }) => [
    item.uid, shown(startDate), shown(endDate), item.summary, item.component.getFirstPropertyValue("status"),
  ]);
const busy = calendar
  .getAllSubcomponents("vfreebusy")
  .flatMap((component) => component.getAllProperties("freebusy"))
  .flatMap((property) => property.getValues())
  .map((period) => [shown(period.start), shown(period.getEnd())]);
console.log(JSON.stringify({ events, busy }));
