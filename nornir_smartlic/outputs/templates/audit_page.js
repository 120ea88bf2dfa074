"use strict";
// Rows come from the block of JSON, and reach the page as text alone: nothing here makes markup of what a device printed.
const data = JSON.parse(document.getElementById("data").textContent);
const text = (number) => data.texts[number];
const by = (id) => document.getElementById(id);
const PAGE = 50, GROUP = 25;
const VERDICTS = { f: "fail", u: "unknown", e: "not read", w: "waived", p: "pass", n: "not applicable", "-": "not judged" };
const TONES = { f: "fail", e: "fail", u: "unknown", w: "waived", p: "pass", n: "not", "-": "not" };
const GRAVITY = "feuwpn-", SEVERITIES = ["high", "medium", "low", "info"];

const rules = data.rules.map(([id, title]) => ({ id: text(id), title: text(title) }));
const hosts = data.hosts.map((row) => ({
  name: text(row[0]), site: text(row[1]), platform: text(row[2]), release: text(row[3]), account: text(row[4]),
  transport: text(row[5]), udi: text(row[6]), due: text(row[7]), left: row[8], last: text(row[9]), letter: row[10],
  outcome: text(row[11]), letters: row[12], messages: row[13], warnings: row[14].map(text), findings: [],
}));
const findings = data.findings.map((row) => ({
  host: hosts[row[0]], rule: rules[row[1]], letter: row[2], severity: text(row[3]), message: text(row[4]),
  evidence: row[5].map(text), fix: row[6].map(text), deadline: text(row[7]), waiver: text(row[8]),
  since: text(row[9]),
}));
for (const each of findings) each.host.findings.push(each);
for (const host of hosts) {
  const words = [host.name, host.site, host.platform, host.release, host.account, host.transport, host.udi, host.outcome];
  for (const each of host.findings) words.push(each.rule.id, each.message);
  host.words = words.join("\n").toLowerCase();
}

function make(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}
const count = (number) => number.toLocaleString("en");
const many = (number, noun) => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
const order = new Intl.Collator("en", { numeric: true }).compare;

// --- filters --------------------------------------------------------------------------------------------------------

const chosen = { search: "", site: "", platform: "", rule: "", severity: "", verdict: "" };

function fill(id, values, shown) {
  for (const value of values) by(id).append(make("option", { value }, shown ? shown(value) : value));
  by(id).parentElement.hidden = values.length < 2;
}
const distinct = (values) => [...new Set(values)].filter((value) => value !== "").sort(order);

const isOfHost = (host) =>
  (!chosen.site || host.site === chosen.site) &&
  (!chosen.platform || host.platform === chosen.platform) &&
  (!chosen.search || host.words.includes(chosen.search));
const isOfFinding = (each) =>
  (!chosen.rule || each.rule.id === chosen.rule) &&
  (!chosen.severity || each.severity === chosen.severity) &&
  (!chosen.verdict || each.letter === chosen.verdict);

function hostsShown() {
  const ofFindings = chosen.rule || chosen.severity;
  return hosts.filter(
    (host) => isOfHost(host) && (ofFindings ? host.findings.some(isOfFinding) : !chosen.verdict || host.letter === chosen.verdict),
  );
}

// --- findings -------------------------------------------------------------------------------------------------------

const GROUPINGS = {
  rule: { key: (each) => each.rule.id, title: (each) => `${each.rule.id}: ${each.rule.title}` },
  site: { key: (each) => each.host.site, title: (each) => each.host.site || "no site" },
  device: { key: (each) => each.host.name, title: (each) => each.host.name },
};
let groupsShown = PAGE;

function showFindings() {
  if (!by("groups")) return;
  const grouping = GROUPINGS[by("grouping").value];
  const found = findings.filter((each) => isOfHost(each.host) && isOfFinding(each));
  const groups = new Map();
  for (const each of found) {
    const key = grouping.key(each);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(each);
  }
  const devices = new Set(found.map((each) => each.host)).size;
  by("findings-count").textContent = `${many(found.length, "finding")} on ${many(devices, "device")}`;
  const shown = [...groups.values()].sort((one, other) => worst(one) - worst(other) || other.length - one.length);
  by("groups").replaceChildren(...shown.slice(0, groupsShown).map((group) => groupOf(group, grouping)));
  if (shown.length > groupsShown) {
    by("groups").append(more(`${count(shown.length - groupsShown)} more groups`, () => { groupsShown += 200; showFindings(); }));
  }
}
const grave = (each) => GRAVITY.indexOf(each.letter) * 10 + SEVERITIES.indexOf(each.severity);
const worst = (group) => group.reduce((least, each) => Math.min(least, grave(each)), Infinity);

function more(label, onClick) {
  const button = make("button", { type: "button" }, label);
  button.addEventListener("click", onClick);
  return make("p", {}, button);
}

function groupOf(group, grouping) {
  const gravest = group.reduce((one, other) => (grave(other) < grave(one) ? other : one));
  const devices = new Set(group.map((each) => each.host)).size;
  const tone = TONES[gravest.letter];
  const made = make("details", {},
    make("summary", {},
      make("span", { class: `badge ${tone}` }, gravest.letter === "w" ? "waived" : gravest.letter === "u" ? "unknown" : gravest.severity),
      make("span", {}, grouping.title(group[0])),
      make("span", { class: "quiet" }, grouping.key === GROUPINGS.device.key ? many(group.length, "finding") : many(devices, "device"))));
  let isFilled = false;
  made.fillRows = (limit) => {
    if (isFilled && limit === GROUP) return;
    isFilled = true;
    const rows = make("tbody", {}, ...group.slice(0, limit).map((each) => findingRow(each, grouping)));
    const inside = make("div", { class: "inside scroll", tabindex: "0", role: "region", "aria-label": grouping.title(group[0]) },
      make("table", {}, head([grouping === GROUPINGS.device ? null : "device", grouping === GROUPINGS.rule ? null : "rule",
        "verdict", "found and expected, evidence", "fix"].filter(Boolean)), rows));
    if (group.length > limit) inside.append(more(`${count(group.length - limit)} more`, () => made.fillRows(limit + 200)));
    made.querySelector(".inside")?.remove();
    made.append(inside);
  };
  made.addEventListener("toggle", () => { if (made.open) made.fillRows(GROUP); });
  return made;
}
const head = (titles) => make("thead", {}, make("tr", {}, ...titles.map((title) => make("th", { scope: "col" }, title))));

function findingRow(each, grouping) {
  return make("tr", {},
    grouping === GROUPINGS.device ? null
      : make("th", { scope: "row" }, each.host.name, make("div", { class: "quiet" }, each.host.site)),
    grouping === GROUPINGS.rule ? null
      : make("th", { scope: "row" }, each.rule.id, make("div", { class: "quiet" }, each.rule.title)),
    make("td", {}, make("span", { class: TONES[each.letter] }, VERDICTS[each.letter]), make("div", { class: "quiet" }, each.severity)),
    make("td", {}, each.message,
      each.since ? make("div", { class: "quiet" }, each.since) : null,
      each.deadline ? make("div", { class: "quiet" }, `deadline ${each.deadline}`) : null,
      each.waiver ? make("div", { class: "waived" }, each.waiver) : null,
      ...each.evidence.map((line) => make("code", {}, line))),
    make("td", {}, ...each.fix.map((line) => make("code", { class: "fix" }, line))));
}

// --- devices --------------------------------------------------------------------------------------------------------

const byText = (name) => (one, other) => order(one[name], other[name]);
const COLUMNS = [
  ["device", byText("name")], ["site", byText("site")], ["platform", byText("platform")], ["release", byText("release")],
  ["virtual account", byText("account")], ["last ACK", byText("last")],
  ["next ACK due", (one, other) => (one.left ?? Infinity) - (other.left ?? Infinity) || 0],
  ["verdict", (one, other) => GRAVITY.indexOf(one.letter) - GRAVITY.indexOf(other.letter)],
];
const sorted = { column: 7, sign: 1 };
let start = 0, size = PAGE, opened = null;

function showHead() {
  const cells = COLUMNS.map(([title], column) => {
    const button = make("button", { type: "button" }, title);
    button.addEventListener("click", () => {
      sorted.sign = sorted.column === column ? -sorted.sign : 1;
      sorted.column = column;
      start = 0;
      showDevices();
    });
    return make("th", { scope: "col" }, button);
  });
  by("device-rows").tHead.replaceChildren(make("tr", {}, ...cells));
}

function showDevices() {
  const shown = hostsShown();
  const compare = COLUMNS[sorted.column][1];
  shown.sort((one, other) => sorted.sign * compare(one, other) || order(one.name, other.name));
  start = Math.max(0, Math.min(start, Math.floor((shown.length - 1) / size) * size));
  const end = Math.min(start + size, shown.length);
  [...by("device-rows").tHead.rows[0].cells].forEach((cell, column) => {
    if (column === sorted.column) cell.setAttribute("aria-sort", sorted.sign > 0 ? "ascending" : "descending");
    else cell.removeAttribute("aria-sort");
  });
  by("device-rows").tBodies[0].replaceChildren(...shown.slice(start, end).flatMap(deviceRows));
  const total = shown.length === hosts.length ? count(hosts.length) : `${count(shown.length)} (of ${count(hosts.length)})`;
  by("devices-count").textContent = shown.length ? `${count(start + 1)} to ${count(end)} of ${total}` : "no device is like that";
  by("before").disabled = start === 0;
  by("after").disabled = end === shown.length;
}

function deviceRows(host) {
  const name = make("button", { type: "button", class: "name", "aria-expanded": String(opened === host) }, host.name);
  name.addEventListener("click", () => {
    opened = opened === host ? null : host;
    showDevices();
    [...document.querySelectorAll("button.name")].find((each) => each.textContent === host.name)?.focus();
  });
  const left = host.left;
  const due = left === null ? "" : left < 0 ? `${many(-left, "day")} overdue` : `in ${many(left, "day")}`;
  const row = make("tr", {}, make("th", { scope: "row" }, name),
    ...[host.site, host.platform, host.release, host.account].map((each) => make("td", {}, each || "-")),
    make("td", { class: "when" }, host.last || "-"),
    make("td", { class: "when" }, host.due || "-", due ? make("div", { class: left < 0 ? "fail" : "quiet" }, due) : null),
    make("td", {}, make("span", { class: TONES[host.letter] }, host.outcome)));
  return opened === host ? [row, details(host)] : [row];
}

function details(host) {
  const judged = rules.map((rule, place) => [rule, host.letters[place], text(host.messages[place])]).filter((each) => each[1] !== "-");
  judged.sort((one, other) => GRAVITY.indexOf(one[1]) - GRAVITY.indexOf(other[1]));
  const facts = [host.udi, host.transport ? `transport ${host.transport}` : ""].filter(Boolean).join(", ");
  return make("tr", {}, make("td", { colspan: String(COLUMNS.length) },
    facts ? make("p", { class: "quiet" }, facts) : null,
    ...host.warnings.map((line) => make("p", { class: "unknown" }, line)),
    judged.length === 0 ? null : make("table", {}, head(["rule", "verdict", "what", "found"]),
      make("tbody", {}, ...judged.map(([rule, letter, message]) => make("tr", {},
        make("th", { scope: "row" }, rule.id),
        make("td", {}, make("span", { class: TONES[letter] }, VERDICTS[letter])),
        make("td", {}, rule.title), make("td", {}, message)))))));
}

// --- the whole ------------------------------------------------------------------------------------------------------

function show() {
  showFindings();
  showDevices();
}

fill("site", distinct(hosts.map((host) => host.site)));
fill("platform", distinct(hosts.map((host) => host.platform)));
fill("rule", distinct(findings.map((each) => each.rule.id)));
fill("severity", SEVERITIES.filter((severity) => findings.some((each) => each.severity === severity)));
fill("verdict", [...GRAVITY].filter((letter) => hosts.some((host) => host.letter === letter)), (letter) => VERDICTS[letter]);
let waiting = 0;
by("filters").addEventListener("input", (event) => {
  chosen[event.target.id] = event.target.id === "search" ? event.target.value.trim().toLowerCase() : event.target.value;
  start = 0;
  groupsShown = PAGE;
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(show);
});
by("filters").addEventListener("reset", () => {
  for (const name of Object.keys(chosen)) chosen[name] = "";
  start = 0;
  show();
});
by("filters").addEventListener("submit", (event) => event.preventDefault());
by("grouping")?.addEventListener("change", () => { groupsShown = PAGE; showFindings(); });
by("before").addEventListener("click", () => { start -= size; showDevices(); });
by("after").addEventListener("click", () => { start += size; showDevices(); });

const root = document.documentElement, system = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (root.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
const nameTheme = () => { by("theme").textContent = isDark() ? "Light theme" : "Dark theme"; };
by("theme").addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; nameTheme(); });
system.addEventListener("change", nameTheme);

// On paper there are no pages to turn and nothing to open: all that the filters let through is printed.
addEventListener("beforeprint", () => {
  size = Math.max(PAGE, hosts.length);
  showDevices();
  for (const group of document.querySelectorAll("#groups details")) { group.fillRows(Infinity); group.open = true; }
});
addEventListener("afterprint", () => { size = PAGE; show(); });

for (const id of ["theme", "filters", "findings-shown", "devices-shown"]) if (by(id)) by(id).hidden = false;
nameTheme();
showHead();
show();
