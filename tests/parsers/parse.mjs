// Reads a calendar from standard input with ical.js and node-ical, and prints what each made of it as JSON:
// the events by UID, and every instant between two dates that ical.js's own expansion finds.
// Called by tests/unit/scheduling/test_other_parsers.py.
import ICAL from "ical.js";
import nodeIcal from "node-ical";

const text = await new Promise((resolve) => {
  let read = "";
  process.stdin.setEncoding("utf8");
  process.stdin.on("data", (part) => { read += part; });
  process.stdin.on("end", () => resolve(read));
});

function withIcalJs() {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const events = calendar.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    const instants = [];
    const expansion = event.iterator();
    for (let next = expansion.next(); next && instants.length < 50; next = expansion.next()) {
      instants.push(next.toJSDate().toISOString());
    }
    return {
      uid: event.uid,
      sequence: event.sequence,
      summary: event.summary,
      description: event.description ?? "",
      location: event.location ?? "",
      start: event.startDate.toJSDate().toISOString(),
      end: event.endDate.toJSDate().toISOString(),
      status: component.getFirstPropertyValue("status"),
      modified: component.getFirstPropertyValue("last-modified").toJSDate().toISOString(),
      conference: component.getFirstPropertyValue("conference"),
      alarms: component.getAllSubcomponents("valarm").map((alarm) => String(alarm.getFirstPropertyValue("trigger"))),
      instants,
    };
  });
  return {
    name: calendar.getFirstPropertyValue("name"),
    color: calendar.getFirstPropertyValue("color"),
    refresh: String(calendar.getFirstPropertyValue("refresh-interval")),
    events,
  };
}

// An attribute may come as text or, where it has parameters, as an object.
const plain = (value) => (value && typeof value === "object" && "val" in value ? value.val : value ?? "");

function withNodeIcal() {
  const parsed = Object.values(nodeIcal.sync.parseICS(text));
  const events = parsed.filter((each) => each.type === "VEVENT").map((event) => ({
    uid: event.uid,
    sequence: Number(event.sequence),
    summary: plain(event.summary),
    description: plain(event.description),
    location: plain(event.location),
    start: event.start.toISOString(),
    end: event.end.toISOString(),
    status: event.status,
    modified: event.lastmodified.toISOString(),
  }));
  return { events };
}

process.stdout.write(JSON.stringify({ "ical.js": withIcalJs(), "node-ical": withNodeIcal() }));
