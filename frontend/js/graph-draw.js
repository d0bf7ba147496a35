// Draws a dependency graph with cytoscape in the colours of the theme. Loaded on demand by graph.js.
import cytoscape from 'cytoscape';
import dagre from 'cytoscape-dagre';

cytoscape.use(dagre);

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const GLYPHS = {
  service: '<path d="M9 3h6v4h-6z M3 17h6v4h-6z M15 17h6v4h-6z M6 17v-3h12v3 M12 7v7"/>',
  server: '<path d="M4 5h16v6H4z M4 13h16v6H4z M8 8v.01 M8 16v.01"/>',
  db: '<path d="M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6 M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3"/>',
  cloud: '<path d="M6.7 18A4.4 4.4 0 0 1 6.200 9.300 6 6 0 0 1 17.600 10 4 4 0 0 1 17.500 18z"/>',
};
/** kind: [border, fill, text, glyph, border width] */
const KINDS = {
  root: ['--ek-red', '--ek-red', '--ek-on-solid', '--ek-on-solid', 1],
  hit: ['--ek-red-border', '--ek-red-bg', '--ek-text', '--ek-red-text', 1.25],
  risk: ['--ek-amber', '--ek-amber-bg', '--ek-text', '--ek-amber-text', 1.25],
  suspect: ['--ek-violet', '--ek-violet-bg', '--ek-text', '--ek-violet-text', 1.5],
  ok: ['--ek-border-strong', '--ek-surface', '--ek-text', '--ek-text-3', 1],
  focus: ['--ek-accent', '--ek-accent-subtle', '--ek-text', '--ek-accent-text', 2],
};

function glyph(name, colour) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="36" height="36" viewBox="0 0 24 24" fill="none" stroke="${token(colour)}" stroke-width="1.6" stroke-linejoin="round" stroke-linecap="round">${GLYPHS[name] ?? GLYPHS.service}</svg>`;
  return `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`;
}

/** A label must fit its box; the list twin has the whole name. */
const short = (text) => (text.length > 19 ? `${text.slice(0, 18)}…` : text);

function elements({ nodes, edges }) {
  const kind = new Map(nodes.map((node) => [node.id, node.k ?? 'ok']));
  const isHot = (id) => ['root', 'hit'].includes(kind.get(id));
  return [
    ...nodes.map((node) => {
      const [border, fill, text, mark, width] = KINDS[node.k] ?? KINDS.ok;
      return { data: { id: node.id, url: node.url, label: `${short(node.l)}\n${short(node.s)}`, glyph: glyph(node.i, mark), bc: token(border), bg: token(fill), tc: token(text), bw: width } };
    }),
    ...edges.map(([from, to, label]) => ({ data: { source: from, target: to, label: label ?? '', ec: token(isHot(from) && isHot(to) ? '--ek-red' : '--ek-control-border') } })),
  ];
}

function style(width, edges) {
  const font = { 'font-family': token('--ek-font'), 'font-size': 11 };
  return [
    { selector: 'node', style: { ...font, shape: 'round-rectangle', width, height: 40, 'background-color': 'data(bg)', 'border-color': 'data(bc)', 'border-width': 'data(bw)', label: 'data(label)', 'text-wrap': 'wrap', 'text-valign': 'center', 'text-halign': 'center', 'text-margin-x': 9, 'text-justification': 'left', 'line-height': 1.3, 'font-weight': 500, color: 'data(tc)', 'background-image': 'data(glyph)', 'background-width': 16, 'background-height': 16, 'background-position-x': 7, 'background-position-y': '50%', 'background-image-containment': 'over' } },
    { selector: 'edge', style: { ...font, 'font-size': 10, width: 1.25, 'line-color': 'data(ec)', 'target-arrow-color': 'data(ec)', 'target-arrow-shape': 'triangle', 'arrow-scale': 0.75, 'curve-style': edges, label: 'data(label)', color: token('--ek-text-3'), 'text-background-color': token('--ek-surface'), 'text-background-opacity': 1, 'text-background-padding': 2 } },
    { selector: 'node:selected', style: { 'border-color': token('--ek-accent'), 'border-width': 2 } },
  ];
}

/** Draws into the element and returns the cytoscape instance, which the caller destroys. */
export function drawGraph(element, data) {
  element.querySelectorAll(':scope > div').forEach((old) => old.remove());
  element.style.position = 'relative';
  const box = document.createElement('div');
  box.style.cssText = 'position:absolute;inset:0';
  box.setAttribute('aria-hidden', 'true');
  element.append(box);
  const drawing = cytoscape({
    container: box,
    elements: elements(data),
    style: style(Number(element.getAttribute('node-width')) || 132, element.getAttribute('edges') || 'bezier'),
    layout: { name: 'dagre', rankDir: element.getAttribute('layout') || 'LR', nodeSep: 10, rankSep: Number(element.getAttribute('rank')) || 46, fit: true, padding: 14 },
    userZoomingEnabled: false, boxSelectionEnabled: false, autoungrabify: true, maxZoom: 1.12,
  });
  drawing.fit(undefined, 14);
  drawing.on('tap', 'node', (event) => { const { url } = event.target.data(); if (url) location.href = url; });
  return drawing;
}
