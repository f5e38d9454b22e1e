// Reads iCalendar from stdin ({name: text}) with two independent readers and tells when each event begins, in UTC.
//
// ical.js (Thunderbird's) is given no zone but those in the file; node-ical takes the zones of its own data.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";
import ical from "node-ical";

const told = {};
for (const [name, text] of Object.entries(JSON.parse(readFileSync(0, "utf8")))) {
  ICAL.TimezoneService.reset();
  const calendar = new ICAL.Component(ICAL.parse(text));
  for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  const first = calendar.getAllSubcomponents("vevent").map((event) => {
    const at = new ICAL.Event(event);
    return [at.startDate, at.endDate].map((one) => one.toJSDate().toISOString());
  });
  const second = Object.values(ical.sync.parseICS(text))
    .filter((one) => one.type === "VEVENT")
    .map((event) => [event.start, event.end].map((one) => new Date(one).toISOString()));
  told[name] = { "ical.js": first.sort(), "node-ical": second.sort() };
}
process.stdout.write(JSON.stringify(told));
