"use strict";
// Texts become text nodes, never markup.
const data = JSON.parse(document.getElementById("data").textContent);
const revisions = data.revisions;
const at = (id) => document.getElementById(id);

function element(tag, text, name) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  if (name) made.className = name;
  return made;
}

function add(parent, ...children) {
  parent.append(...children);
  return parent;
}

function title(n) {
  const one = revisions[n];
  return one.message ? `${one.id} ${one.message}` : one.id;
}

function link(n) {
  const made = element("a", title(n));
  made.href = `#${encodeURIComponent(revisions[n].id)}`;
  return made;
}

// The objects after a revision: its changes on top of those of the revisions before it.
function schemaAt(n) {
  const chain = [];
  for (let one = n; one !== null; one = revisions[one].base) chain.push(one);
  const objects = new Map();
  for (const one of chain.reverse()) {
    for (const [name, text] of revisions[one].objects) {
      if (text === null) objects.delete(name);
      else objects.set(name, text);
    }
  }
  return objects;
}

function finding(one) {
  const item = add(
    element("li"),
    element("span", one.level, one.level),
    ` ${one.code}: ${one.message} `,
    element("small", one.place),
  );
  for (const help of one.help) item.append(element("div", `help: ${help}`));
  return item;
}

function findings(list) {
  const made = element("ul");
  list.forEach((one) => made.append(finding(one)));
  return made;
}

function testResult(one) {
  const item = add(
    element("li"),
    element("span", one.outcome, one.outcome),
    one.revision === null ? ` ${one.name}` : " ",
    ...(one.revision === null ? [] : [link(one.revision)]),
    element("small", ` ${one.database}`),
  );
  for (const found of one.findings) {
    item.append(element("div", `${found.code}: ${found.message}`));
    if (found.diff) item.append(element("pre", found.diff));
    for (const help of found.help) item.append(element("div", `help: ${help}`));
  }
  for (const note of one.notes) item.append(element("div", `note: ${note}`));
  return item;
}

function testResults(list) {
  return add(element("ul"), ...list.map(testResult));
}

function code(heading, sql) {
  return [element("h3", heading), element("pre", sql)];
}

function object(name, text, kind) {
  const made = element("details", null, kind);
  made.append(element("summary", name));
  if (text) made.append(element("pre", text));
  made.open = kind === "new";
  return made;
}

function showSchema(main, n) {
  const one = revisions[n];
  const changed = new Map(one.objects);
  const objects = schemaAt(n);
  main.append(element("h3", `The schema after it: ${objects.size} objects`));
  const gone = [...changed].filter(([, text]) => text === null).map(([name]) => name);
  for (const name of gone) main.append(object(name, null, "gone"));
  for (const [name, text] of [...objects].sort(([a], [b]) => (a < b ? -1 : 1))) {
    main.append(object(name, text, changed.has(name) ? "new" : ""));
  }
}

function facts(one) {
  const list = element("dl");
  const row = (name, ...values) => {
    if (values.length) list.append(element("dt", name), add(element("dd"), ...values));
  };
  const links = (all) => all.flatMap((n, i) => (i ? [", ", link(n)] : [link(n)]));
  row("file", one.file);
  if (one.created) row("created", one.created);
  row("revises", ...links(one.parents));
  row("depends on", ...links(one.dependencies));
  if (one.labels.length) row("labels", one.labels.join(", "));
  if (one.applied !== null) row("state", one.applied ? "applied" : "pending");
  return list;
}

let shown = null;

function show(n) {
  if (n === shown || !revisions[n]) return;
  shown = n;
  const one = revisions[n];
  const main = at("revision");
  main.replaceChildren(element("h2", title(n)));
  if (one.description) main.append(element("p", one.description));
  main.append(facts(one));
  if (one.words.length) {
    main.append(element("h3", "Changes"));
    main.append(add(element("ul"), ...one.words.map((words) => element("li", words))));
  }
  const own = data.findings.filter((other) => other.revision === n);
  if (own.length) main.append(element("h3", "Findings"), findings(own));
  const tested = (data.tests ?? []).filter((other) => other.revision === n);
  if (tested.length) main.append(element("h3", "Tests"), testResults(tested));
  main.append(...code("Up", one.up || "-- no statement"));
  main.append(...code("Down", one.way_down ? `-- ${one.way_down}` : one.down || "-- no statement"));
  showSchema(main, n);
  lines.forEach((line, other) => line.classList.toggle("here", other === n));
  lines[n].scrollIntoView({ block: "nearest" });
}

function go(n) {
  if (!revisions[n]) return;
  location.hash = encodeURIComponent(revisions[n].id);
  show(n);
}

function fromHash() {
  let id = location.hash.slice(1);
  try {
    id = decodeURIComponent(id);
  } catch {
    id = "";
  }
  const n = revisions.findIndex((one) => one.id === id);
  show(n >= 0 ? n : (data.heads.at(-1) ?? revisions.length - 1));
}

// The drawing has the newest revision first.
const lines = [...document.querySelectorAll("#graph g")].reverse();
lines.forEach((line, n) => {
  line.setAttribute("tabindex", "0");
  line.setAttribute("role", "link");
  line.addEventListener("click", () => go(n));
  line.addEventListener("keydown", (event) => {
    if (event.key === "Enter") go(n);
  });
});

function search() {
  const words = at("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (one) => {
    const text = [one.id, one.message, one.up, ...one.words].join("\n").toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const found = revisions.flatMap((one, n) => (has(one) ? [n] : []));
  const set = new Set(found);
  lines.forEach((line, n) => line.classList.toggle("off", !set.has(n)));
  at("matches").textContent = words.length ? `${found.length} of ${revisions.length}` : "";
  return found;
}

at("search").addEventListener("input", search);
at("search").addEventListener("keydown", (event) => {
  if (event.key === "Enter") go(search().at(-1));
});
document.addEventListener("keydown", (event) => {
  if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    event.preventDefault();
    at("search").focus();
  } else if (event.key === "j") {
    go(shown - 1);
  } else if (event.key === "k") {
    go(shown + 1);
  }
});
window.addEventListener("hashchange", fromHash);

const pending = revisions.filter((one) => one.applied === false).length;
const count = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
at("summary").textContent = [
  count(revisions.length, "revision"),
  count(data.heads.length, "head"),
  `SQL of ${data.dialect}`,
  ...(revisions.some((one) => one.applied !== null) ? [`${pending} pending`] : []),
  count(data.findings.length, "finding"),
].join(", ");
at("findings").append(
  data.findings.length ? findings(data.findings) : element("p", "check and lint found nothing."),
);
if (data.tests) {
  const of = (outcome) => data.tests.filter((one) => one.outcome === outcome);
  const counts = ["passed", "failed", "skipped"].map((word) => `${of(word).length} ${word}`);
  at("tests").append(
    element("p", counts.join(", ")),
    testResults(data.tests.filter((one) => one.outcome !== "passed" || one.revision === null)),
  );
} else at("tests").remove();
if (revisions.length) fromHash();
else at("revision").append(element("p", "The history has no revision yet."));
document.documentElement.dataset.ready = "true";
