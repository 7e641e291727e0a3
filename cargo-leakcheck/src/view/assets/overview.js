// What is shown where no cause is chosen: the run in numbers, and what else is to be said of it.

function barsOf(name, title) {
  const things = new Map();
  const add = (value, count) => things.set(value, (things.get(value) ?? 0) + count);
  for (const cause of data.causes) {
    const values = {
      pattern: cause.whys.length ? cause.whys.slice(0, 1).map((why) => why.pattern) : ['no pattern'],
      kind: [cause.kind],
      package: cause.packages.slice(0, 1).map(textAt),
    };
    values[name].forEach((value) => add(value, cause.things));
  }
  const sorted = [...things].sort(([, a], [, b]) => b - a).slice(0, 12);
  const most = Math.max(1, ...sorted.map(([, count]) => count));
  const lines = sorted.map(([value, count]) => {
    const bar = h('span', { class: 'bar' });
    bar.style.width = `${(100 * count) / most}%`;
    const press = () => {
      byId(name).value = value;
      refill();
      list.focus();
    };
    const word = name === 'kind' ? kindWord(value) : value;
    return h('li', {}, h('button', { type: 'button', onclick: press, title: `Show only ${word}` }, bar, h('span', {}, word), h('span', {}, count.toLocaleString('en'))));
  });
  return h('section', {}, h('h3', {}, title), h('ul', {}, lines));
}

// What the last runs have left, as bars: what is new above what is known.
function trend() {
  const runs = data.trend;
  if (runs.length < 2) return null;
  const [step, tall] = [Math.min(22, Math.floor(720 / runs.length)), 84];
  const most = Math.max(...runs.map((run) => run.new + run.known), 1);
  const bars = runs.flatMap((run, at) => {
    const [known, fresh] = [run.known, run.new].map((count) => (count * tall) / most);
    const words = `${run.when.slice(0, 10)} ${run.commit} ${run.branch}: ${run.new} new, ${run.known} known`;
    const bar = (y, height, style) => s('rect', { x: at * step, y, width: step - 4, height, rx: 1.5, class: style }, s('title', {}, words));
    return [bar(tall - known, known, 'known'), bar(tall - known - fresh, fresh, 'new'), bar(tall, 1, 'base')];
  });
  const [first, last] = [runs[0], runs.at(-1)].map((run) => run.new + run.known);
  const told = `From ${several(first, 'thing', 'things')} to ${last.toLocaleString('en')} in ${several(runs.length, 'run', 'runs')} of leakcheck.history`;
  const width = runs.length * step;
  const svg = s('svg', { width, height: tall + 2, viewBox: `0 0 ${width} ${tall + 2}`, role: 'img', 'aria-label': told }, bars);
  const heads = ['When', 'Commit', 'Branch', 'New', 'Known'].map((head) => h('th', { scope: 'col' }, head));
  const rows = () => runs.toReversed().map((run) => h('tr', {}, [run.when, run.commit, run.branch, run.new, run.known].map((cell) => h('td', {}, String(cell)))));
  const table = lazy('As a table', () => h('table', { class: 'runs' }, h('thead', {}, h('tr', {}, heads)), h('tbody', {}, rows())));
  return h('section', { class: 'part trend' }, h('h3', {}, 'Earlier runs'), svg, h('p', { class: 'note' }, told), table);
}

function overview() {
  const { totals } = data;
  const figure = (word, number, style) => h('div', { class: style }, h('dt', {}, word), h('dd', {}, number.toLocaleString('en')));
  const notes = [
    ...data.errors.map((error) => h('li', { class: 'is-error' }, error)),
    ...data.notes.slice(0, 200).map((note) => h('li', {}, prose(note))),
  ];
  return [
    h(
      'div',
      { class: 'over' },
      h('h2', {}, data.causes.length ? 'What was left behind' : 'Nothing was left behind'),
      h(
        'dl',
        { class: 'figures' },
        figure('causes', data.causes.length),
        figure('new things', totals.new, totals.new ? 'is-new' : null),
        figure('known things', totals.known),
        figure('tests', totals.tests),
        totals.runs > 1 ? figure('runs', totals.runs) : null,
      ),
      data.causes.length ? h('div', { class: 'bars' }, barsOf('pattern', 'Things by mistake'), barsOf('kind', 'By kind of the cause'), barsOf('package', 'By package')) : null,
      trend(),
      notes.length ? h('section', { class: 'part' }, h('h3', {}, 'Besides'), h('ul', { class: 'notes' }, notes)) : null,
    ),
  ];
}
