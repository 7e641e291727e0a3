// Elements of which the page is made. Text is only ever set as text.

function h(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

const part = (title, ...children) => h('section', { class: 'part' }, h('h3', {}, title), ...children);
const asWritten = (name) => h('span', { class: 'as-written' }, name);

function tell(words) {
  byId('told').textContent = words;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = h('textarea', { readonly: true });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
}

function copyButton(what, text, label = 'Copy') {
  const press = async (event) => {
    const button = event.currentTarget;
    await copy(text);
    button.textContent = 'Copied';
    button.classList.add('is-done');
    tell(`${what} copied`);
    setTimeout(() => {
      button.textContent = label;
      button.classList.remove('is-done');
    }, 1500);
  };
  return h('button', { type: 'button', class: 'copy', 'aria-label': `${label} ${what}`, onclick: press }, label);
}

// `my_app::pool::Pool::connect`, of which the last parts count.
function path(name) {
  const parts = name.split('::');
  const rest = parts.splice(Math.max(0, parts.length - 2));
  const end = h('span', {}, rest.join('::'));
  return parts.length === 0 ? [end] : [h('i', {}, `${parts.join('::')}::`), end];
}

// Text in which code stands between backticks.
const prose = (text) => text.split('`').map((words, number) => (number % 2 ? h('code', {}, words) : words));

const place = (frame) => h('span', { class: 'place' }, frame.place, frame.place ? ' ' : '', h('i', {}, frame.name));

const RUST = /(\/\/.*$)|("(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)')|\b(as|async|await|break|const|continue|crate|dyn|else|enum|extern|fn|for|if|impl|in|let|loop|match|mod|move|mut|pub|ref|return|self|Self|static|struct|super|trait|type|unsafe|use|where|while)\b/gm;

function coloured(line) {
  const out = [];
  let end = 0;
  for (const found of line.matchAll(RUST)) {
    out.push(line.slice(end, found.index));
    out.push(h('span', { class: found[1] ? 'c' : found[2] ? 'q' : 'w' }, found[0]));
    end = found.index + found[0].length;
  }
  out.push(line.slice(end));
  return out;
}

// The source around a frame; nothing where it is not in the page.
function excerpt(frame, around = 5) {
  if (!frame?.lines || frame.lines[frame.line] === undefined) return null;
  const body = h('tbody');
  for (let number = frame.line - around; number <= frame.line + around; number += 1) {
    const line = frame.lines[number];
    if (line === undefined) continue;
    const isHere = number === frame.line;
    const cells = [h('td', {}, String(number)), h('td', {}, coloured(line))];
    body.append(h('tr', isHere ? { class: 'is-here', 'aria-current': 'true' } : {}, cells));
  }
  const label = `Source around ${frame.place}`;
  return h('div', { class: 'src', role: 'group', tabindex: '0', 'aria-label': label }, h('table', { role: 'presentation' }, body));
}

// Details that are made when they are first opened.
function lazy(summary, make, isOpen = false) {
  const element = h('details', { open: isOpen }, h('summary', {}, summary));
  const fill = () => {
    if (element.open && element.childElementCount === 1) element.append(make());
  };
  element.addEventListener('toggle', fill);
  element.fill = fill;
  fill();
  return element;
}

function stack(title, frames) {
  if (frames.length === 0) return null;
  const lines = frames.map((frame, number) => {
    const source = frame.lines && frame.lines[frame.line] !== undefined;
    const shown = source ? lazy(place(frame), () => excerpt(frame, 3)) : place(frame);
    return h('li', { class: frame.isNear ? null : 'is-far' }, h('span', { class: 'n' }, String(number)), shown);
  });
  const many = frames.length > 1 ? ` (${frames.length} frames, innermost first)` : '';
  return h('div', { class: 'stack' }, h('h4', {}, title, many), h('ol', {}, lines));
}

// Its status, and what became of it since the run that this one is compared with.
const badge = (cause) => {
  const [word, look] = cause.since ? sinceLook[cause.since[0]] : [statusWord[statusOf(cause)], statusOf(cause)];
  return h('span', { class: `badge ${look}` }, word);
};

// The first so many, and a button for more.
function some(items, shown, make, list) {
  const outer = h('div', {}, list);
  let next = 0;
  const more = h('button', { type: 'button', class: 'more', onclick: () => add() });
  const add = () => {
    list.append(...items.slice(next, next + shown).map(make));
    next = Math.min(items.length, next + shown);
    more.textContent = `Show ${Math.min(shown, items.length - next)} of ${several(items.length - next, 'more', 'more')}`;
    if (next < items.length) outer.append(more);
    else more.remove();
  };
  add();
  return outer;
}
