// The data of the page, and how what stands in its tables is found.

const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId('data').textContent);

const textAt = (at) => (at === undefined || at === null ? '' : data.texts[at]);

function frameAt(at) {
  if (at === undefined || at === null) return null;
  const [file, line, column, name, source] = data.frames[at];
  const path = textAt(file);
  const place = path && line ? `${path}:${line}` : path;
  // Relative names are of the package or a dependency; others of the standard library or a C library.
  const isNear = path !== '' && !path.startsWith('/') && !path.startsWith('./');
  const lines = source === null ? null : data.sources[source];
  return { at, place, line, column, name: textAt(name) || '(no name)', isNear, lines };
}

const stackAt = (at) => (at === undefined || at === null ? [] : data.stacks[at].map(frameAt));

const patternOf = (cause) => cause.whys.map((why) => why.pattern).join(', ') || 'no pattern';
const isNew = (cause) => cause.status === 'new';
const statusOf = (cause) => (!isNew(cause) ? 'known' : cause.level === 'warn' ? 'warn' : 'new');
const statusWord = { new: 'new', warn: 'warning', known: 'known' };
const sinceLook = { new: ['new', 'new'], more: ['more', 'new'], fewer: ['fewer', 'warn'], same: ['as before', 'known'] };
const several = (number, one, many) => `${number.toLocaleString('en')} ${number === 1 ? one : many}`;

// The cause of each fingerprint, and where that is of what only follows or of another test, which finding it is.
const byFingerprint = new Map();
for (const [cause, { fingerprint, findings, follows }] of data.causes.entries()) {
  const own = textAt(fingerprint);
  if (byFingerprint.get(own)?.finding !== null) byFingerprint.set(own, { cause, finding: null });
  for (const finding of findings.concat(...follows.map((follow) => follow.findings))) {
    const print = textAt(data.findings[finding].fingerprint);
    if (!byFingerprint.has(print)) byFingerprint.set(print, { cause, finding });
  }
}

// What the text filter looks at, in lower case; made when it is first needed.
const searched = [];
function searchedOf(at) {
  if (searched[at] === undefined) {
    const cause = data.causes[at];
    const words = [cause.title, cause.kind, patternOf(cause), textAt(cause.fingerprint), statusOf(cause), cause.release, cause.since?.[1]];
    for (const place of [cause.made, cause.look]) {
      const frame = frameAt(place);
      if (frame) words.push(frame.place, frame.name);
    }
    words.push(...cause.packages.map(textAt));
    for (const finding of cause.findings) {
      const { test, name } = data.findings[finding];
      words.push(textAt(test), textAt(name));
    }
    searched[at] = words.join('\n').toLowerCase();
  }
  return searched[at];
}
