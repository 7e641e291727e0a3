// What the page does on keys, clicks, links and before it is printed.

const detail = byId('detail');
const THEMES = ['auto', 'light', 'dark'];
let theme = 'auto';

function stored(value) {
  try {
    if (value !== undefined) localStorage.setItem('leakcheck-theme', value);
    return localStorage.getItem('leakcheck-theme');
  } catch {
    return null;
  }
}

function setTheme(next) {
  theme = THEMES.includes(next) ? next : 'auto';
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  byId('theme').textContent = `Theme: ${theme}`;
}

function nextTheme() {
  setTheme(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]);
  stored(theme);
  tell(`Theme: ${theme}`);
}

function show(at, opened = null) {
  chosen = at;
  document.body.classList.toggle('has-choice', at !== null);
  const back = h('button', { type: 'button', id: 'back', onclick: () => follow('') }, 'All causes');
  detail.replaceChildren(...(at === null ? overview() : [back, ...detailOf(at, opened)]));
  detail.scrollTop = 0;
  mark();
  byId('opened')?.scrollIntoView({ block: 'center' });
}

function printOfAddress() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return '';
  }
}

function clear() {
  filters.reset();
  refill();
}

// Shows what the address says.
function arrive() {
  const found = byFingerprint.get(printOfAddress());
  if (!found) {
    show(null);
    return;
  }
  if (!shown.includes(found.cause)) {
    clear();
  }
  show(found.cause, found.finding);
}

function follow(print, replaces = false) {
  const address = print ? `#${encodeURIComponent(print)}` : location.href.split('#')[0];
  if (replaces) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
}

function choose(at, replaces = false) {
  follow(textAt(data.causes[at].fingerprint), replaces);
  show(at);
}

function leave() {
  follow('');
  show(null);
  list.focus();
}

list.addEventListener('click', (event) => {
  const row = event.target.closest('.row');
  if (row) choose(Number(row.id.slice(1)));
});

const STEPS = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isTyping = event.target.closest?.('input, select, textarea');
  if (event.key === 'Escape') {
    if (isTyping) list.focus();
    else if (chosen !== null) leave();
    return;
  }
  if (isTyping) {
    if (event.key === 'Enter' && shown.length) {
      choose(shown[0]);
      list.focus();
    }
    return;
  }
  const by = STEPS[event.key];
  const isInList = event.target === list || event.target === document.body;
  if (by !== undefined && shown.length && (isInList || event.key === 'j' || event.key === 'k')) {
    event.preventDefault();
    choose(step(by), true);
  } else if (event.key === 'Enter' && event.target === list && chosen !== null) {
    detail.focus();
  } else if (event.key === '/') {
    event.preventDefault();
    byId('text').focus();
  } else if (event.key === 't') {
    nextTheme();
  }
});

filters.addEventListener('input', refill);
byId('clear').addEventListener('click', clear);
filters.addEventListener('submit', (event) => event.preventDefault());
byId('theme').addEventListener('click', nextTheme);
detail.addEventListener('click', (event) => {
  if (event.target.id === 'back') leave();
});
window.addEventListener('hashchange', arrive);
window.addEventListener('popstate', arrive);

// On paper there is nothing to click: all causes that fit, and the details of as many as one would read.
const PRINTED = { rows: 1000, details: 40 };

window.addEventListener('beforeprint', () => {
  const rows = shown.slice(0, PRINTED.rows).map((at) => {
    const cause = data.causes[at];
    const made = frameAt(cause.made ?? cause.look);
    return h('tr', {}, [cause.title, statusWord[statusOf(cause)], patternOf(cause), several(cause.tests, 'test', 'tests'), made ? `${made.place} ${made.name}` : ''].map((cell) => h('td', {}, cell)));
  });
  const heads = ['Left', 'Status', 'Pattern', 'Tests', 'Made at'].map((head) => h('th', { scope: 'col' }, head));
  const details = chosen === null ? shown.slice(0, PRINTED.details) : [chosen];
  byId('print').replaceChildren(
    h('h1', {}, 'leakcheck'),
    h('p', {}, data.headline),
    h('table', { class: 'all' }, h('thead', {}, h('tr', {}, heads)), h('tbody', {}, rows)),
    shown.length > rows.length ? h('p', {}, `and ${several(shown.length - rows.length, 'more cause', 'more causes')}`) : '',
    ...details.map((at) => h('article', {}, detailOf(at))),
  );
});
window.addEventListener('afterprint', () => byId('print').replaceChildren());

setTheme(stored());
byId('headline').textContent = data.headline;
byId('headline').title = data.headline;
refill();
arrive();
