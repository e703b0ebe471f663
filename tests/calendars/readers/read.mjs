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
    yield event;
    return;
  }
  const starts = event.iterator();
  for (let start = starts.next(); start && start.compare(until) < 0; start = starts.next()) {
    yield event.getOccurrenceDetails(start);
  }
}

const events = calendar.getAllSubcomponents("vevent").flatMap((component) => {
  const event = new ICAL.Event(component);
  const status = component.getFirstPropertyValue("status");
  return [...occurrences(event)].map(({ startDate, endDate }) => [
    event.uid, shown(startDate), shown(endDate), event.summary, status,
  ]);
});
const busy = calendar
  .getAllSubcomponents("vfreebusy")
  .flatMap((component) => component.getAllProperties("freebusy"))
  .flatMap((property) => property.getValues())
  .map((period) => [shown(period.start), shown(period.getEnd())]);
console.log(JSON.stringify({ events, busy }));
