// The causes that fit the filters, one row each. Rows are made in chunks, once these come near.

const ROW = 54;
const CHUNK = 50;
const list = byId('list');
const filters = byId('filters');
const heaviest = data.causes.reduce((most, cause) => Math.max(most, cause.things), 1);
let shown = [];
let chosen = null;

// What fits below a number.
function shortKind({ kind, count }) {
  const word = { fd: 'fd', process: 'process', blocking_task: 'closure', temp_file: 'temporary file', heap: 'allocation', custom: 'resource' }[kind] ?? kind;
  return count === 1 ? word : `${word}${word.endsWith('s') ? 'es' : 's'}`;
}

function rowOf(at, position) {
  const cause = data.causes[at];
  const made = frameAt(cause.made ?? cause.look);
  const [number] = cause.title.split(' ', 1);
  const where = [
    h('b', {}, patternOf(cause)),
    ` · ${several(cause.tests, 'test', 'tests')}`,
    cause.things > cause.count ? ` · ${several(cause.things - cause.count, 'thing follows', 'things follow')}` : '',
    made?.place ? ` · ${made.place}` : '',
  ];
  const weight = h('span', { class: `weight ${statusOf(cause)}` });
  weight.style.width = `${(100 * cause.things) / heaviest}%`;
  const name = made ? made.name : textAt(data.findings[cause.findings[0]]?.name) || textAt(cause.fingerprint);
  return h(
    'div',
    {
      class: 'row',
      role: 'option',
      id: `c${at}`,
      'aria-selected': String(at === chosen),
      'aria-posinset': position + 1,
      'aria-setsize': shown.length,
      title: made ? `${made.name}\n${made.place}` : null,
    },
    h('span', { class: 'number' }, number),
    h('span', { class: 'what' }, path(name)),
    badge(cause),
    h('span', { class: 'kind' }, shortKind(cause)),
    h('span', { class: 'where' }, where),
    weight,
  );
}

function fill(chunk) {
  if (chunk.childElementCount > 0) return;
  const first = Number(chunk.dataset.first);
  chunk.append(...shown.slice(first, first + CHUNK).map((at, number) => rowOf(at, first + number)));
}

const near = new IntersectionObserver(
  (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => fill(entry.target)),
  { root: list, rootMargin: '1500px 0px' },
);

function fits(at, wanted) {
  const cause = data.causes[at];
  if (wanted.status && statusOf(cause) !== wanted.status) return false;
  if (wanted.kind && cause.kind !== wanted.kind) return false;
  if (wanted.pattern && !(cause.whys.some((why) => why.pattern === wanted.pattern) || patternOf(cause) === wanted.pattern)) return false;
  if (wanted.package && !cause.packages.some((name) => textAt(name) === wanted.package)) return false;
  return wanted.words.every((word) => searchedOf(at).includes(word));
}

function refill() {
  const wanted = { words: byId('text').value.toLowerCase().split(/\s+/).filter(Boolean) };
  for (const name of ['status', 'package', 'kind', 'pattern']) {
    const select = byId(name);
    wanted[name] = select.value;
    select.classList.toggle('is-set', select.value !== '');
  }
  shown = data.causes.map((_, at) => at).filter((at) => fits(at, wanted));
  near.disconnect();
  list.scrollTop = 0;
  const chunks = [];
  for (let first = 0; first < shown.length; first += CHUNK) {
    const chunk = h('div', { class: 'chunk', role: 'presentation', 'data-first': first });
    const height = `${Math.min(CHUNK, shown.length - first) * ROW}px`;
    chunk.style.height = height;
    chunk.style.containIntrinsicSize = `auto ${height}`;
    chunks.push(chunk);
  }
  list.replaceChildren(...chunks);
  chunks.slice(0, 1).forEach(fill);
  chunks.forEach((chunk) => near.observe(chunk));
  list.hidden = shown.length === 0;
  byId('none').hidden = shown.length > 0;
  byId('none').textContent = data.causes.length ? 'No cause fits these filters.' : 'Nothing was left behind.';
  const all = several(data.causes.length, 'cause', 'causes');
  byId('shown').textContent = shown.length === data.causes.length ? all : `${shown.length.toLocaleString('en')} of ${all}`;
  mark(false);
}

// Shows which row is chosen, and brings it into view.
function mark(scrolls = true) {
  list.querySelector('[aria-selected="true"]')?.setAttribute('aria-selected', 'false');
  const position = shown.indexOf(chosen);
  if (position < 0) {
    list.removeAttribute('aria-activedescendant');
    return;
  }
  fill(list.children[Math.floor(position / CHUNK)]);
  const row = byId(`c${chosen}`);
  row.setAttribute('aria-selected', 'true');
  list.setAttribute('aria-activedescendant', row.id);
  if (!scrolls) return;
  const top = position * ROW;
  if (top < list.scrollTop) list.scrollTop = top;
  else if (top + ROW > list.scrollTop + list.clientHeight) list.scrollTop = top + ROW - list.clientHeight;
}

// The cause so many rows further down.
function step(by) {
  const position = shown.indexOf(chosen);
  const next = position < 0 ? 0 : Math.min(shown.length - 1, Math.max(0, position + by));
  return shown[next];
}

function choices(name, all, counts) {
  const select = byId(name);
  const options = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  select.append(h('option', { value: '' }, all), ...options.map(([value, [word, count]]) => h('option', { value }, `${word} (${count})`)));
  select.disabled = options.length === 0;
}

// How many causes there are of each value.
function tally(values, word = (value) => value) {
  const counts = new Map();
  for (const cause of data.causes) {
    for (const value of new Set(values(cause))) {
      counts.set(value, [word(value), (counts.get(value)?.[1] ?? 0) + 1]);
    }
  }
  return counts;
}

const kindWord = (kind) => ({ fd: 'file descriptor', process: 'child process', custom: 'resource' })[kind] ?? kind.replace('_', ' ');
const tallies = {
  status: tally((cause) => [statusOf(cause)], (status) => statusWord[status]),
  package: tally((cause) => cause.packages.map(textAt)),
  kind: tally((cause) => [cause.kind], kindWord),
  pattern: tally((cause) => (cause.whys.length ? cause.whys.map((why) => why.pattern) : ['no pattern'])),
};
choices('status', 'New and known', tallies.status);
choices('package', 'All packages', tallies.package);
choices('kind', 'All kinds', tallies.kind);
choices('pattern', 'All patterns', tallies.pattern);
