// <ek-graph layout="TB"><script type="application/json">{nodes, edges}</script></ek-graph>. The drawing library is fetched only
// when a graph comes into view; the list beside it says the same in words.
import { find } from './dom.js';

customElements.define('ek-graph', class extends HTMLElement {
  connectedCallback() {
    this.redraw = () => this.draw();
    document.addEventListener('ek:theme', this.redraw);
    this.watcher = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      this.watcher.disconnect();
      this.draw();
    });
    this.watcher.observe(this);
  }

  disconnectedCallback() {
    document.removeEventListener('ek:theme', this.redraw);
    this.watcher.disconnect();
    this.drawing?.destroy();
  }

  async draw() {
    this.data ??= JSON.parse(find('script[type="application/json"]', this).textContent);
    if (!this.data.nodes.length) return;
    const { drawGraph } = await import('./graph-draw.js');
    if (!this.isConnected) return;
    this.drawing?.destroy();
    this.drawing = drawGraph(this, this.data);
  }
});
