// Builds the front end from node_modules and frontend/ into var/frontend. No network, no configuration.
//   node frontend/build.mjs [output folder]
import { build } from 'esbuild';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const modules = resolve(process.env.EVENKEEL_NODE_MODULES ?? join(root, 'node_modules'));
const out = resolve(process.argv[2] ?? join(root, 'var', 'frontend'));

const shared = {
  bundle: true,
  minify: true,
  target: ['es2022', 'chrome110', 'firefox110', 'safari16'],
  nodePaths: [modules],
  outdir: out,
  legalComments: 'none',
  logLevel: 'warning',
  loader: { '.woff2': 'file', '.woff': 'file', '.svg': 'dataurl', '.png': 'dataurl' },
  assetNames: 'fonts/[name]-[hash]',
};

/** One symbol per name in icons.txt: `flame` is the outline drawing, `star-f` the filled one. */
async function sprite() {
  const list = await readFile(join(here, 'icons.txt'), 'utf8');
  const names = [...new Set(list.replace(/^#.*$/gm, '').split(/\s+/).filter(Boolean))].sort();
  const symbols = await Promise.all(names.map(async (name) => {
    const filled = name.endsWith('-f');
    const folder = filled ? 'filled' : 'outline';
    const file = join(modules, '@tabler', 'icons', 'icons', folder, `${filled ? name.slice(0, -2) : name}.svg`);
    const svg = await readFile(file, 'utf8').catch(() => { throw new Error(`icons.txt names "${name}", but ${file} does not exist.`); });
    const body = svg.replace(/<!--[\s\S]*?-->/g, '').replace(/^[\s\S]*?<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '')
      .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/g, '').replace(/\s+/g, ' ').trim();
    return `<symbol id="i-${name}" viewBox="0 0 24 24"${filled ? ' fill="currentColor" stroke="none"' : ''}>${body}</symbol>`;
  }));
  await writeFile(join(out, 'icons.svg'), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('\n')}</svg>\n`);
}

/** The API reference: Swagger UI as it is published, without the source maps it points to. */
async function swagger() {
  const target = join(out, 'swagger');
  await mkdir(target, { recursive: true });
  for (const name of ['swagger-ui-bundle.js', 'swagger-ui.css']) {
    const text = await readFile(join(modules, 'swagger-ui-dist', name), 'utf8');
    await writeFile(join(target, name), text.replace(/^(\/\/# sourceMappingURL=.*|\/\*# sourceMappingURL=.*\*\/)\s*$/gm, ''));
  }
  await cp(join(here, 'js', 'swagger-init.js'), join(target, 'init.js'));
}

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await Promise.all([
  build({
    ...shared,
    entryPoints: [join(here, 'js', 'app.js')],
    format: 'esm',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
  }),
  build({ ...shared, entryPoints: [join(here, 'js', 'theme.js'), join(here, 'js', 'admin.js'), join(here, 'js', 'worker.js')], format: 'iife' }),
  build({ ...shared, entryPoints: [join(here, 'css', 'app.css'), join(here, 'css', 'admin.css')] }),
  sprite(),
  swagger(),
  cp(join(here, 'favicon.svg'), join(out, 'favicon.svg')),
]);
